{{ config(meta={'engine': 'local'}) }}
select
    thing_id,
    'm-' || thing_id as machine,
    'The pump hums.' as note,
    value,
    cast(thing_date as date) as thing_date
from read_csv('{{ env_var("TINY_THINGS") }}')
