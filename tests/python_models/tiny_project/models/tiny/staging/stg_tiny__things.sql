select
    thing_id,
    value,
    cast(thing_date as date) as thing_date
from read_csv('{{ env_var("TINY_THINGS") }}')
