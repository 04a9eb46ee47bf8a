-- Where texts made elsewhere came from, study by study.
with

imports as (
    select * from {{ ref('stg_experiments__imports') }}
),

versions as (
    select * from {{ ref('int_experiments__versions_listed') }}
),

imports_by_age as (
    {{ newest_of_versions(
        'imports', ['imports.source', 'imports.text_id', 'imports.gen_id']
    ) }}
)

select
    imports_by_age.source as study,
    imports_by_age.text_id,
    imports_by_age.gen_id,
    imports_by_age.writer,
    imports_by_age.text_file,
    imports_by_age.details,
    imports_by_age.text_hash,
    imports_by_age.is_current,
    imports_by_age.study_version,
    cast(imports_by_age.first_landed_at as timestamp) as first_landed_at
from imports_by_age
where imports_by_age.age = 1
