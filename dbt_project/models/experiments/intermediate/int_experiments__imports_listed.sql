-- Texts made elsewhere as the generations they count as: whoever wrote them, none was
-- asked for.
with

imports as (
    select * from {{ ref('stg_experiments__imports') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
)

select
    imports.gen_id,
    min(imports.text) as text,
    min(imports.writer) as writer,
    min(versions.landed_at) as landed_at
from imports
inner join versions on imports.load_id = versions.load_id
group by imports.gen_id
