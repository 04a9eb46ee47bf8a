-- A version that landed again (a change that was taken back) counts by its newest load.
-- depends_on: {{ ref('gate_experiments__after_staging') }}
with

studies as (
    select * from {{ ref('stg_experiments__studies') }}
),

imports as (
    select * from {{ ref('stg_experiments__imports') }}
),

imports_together as (
    select
        imports.load_id,
        {{ text_set_hash('imports.gen_id') }} as imports_hash
    from imports
    group by imports.load_id
),

pair_factors as (
    select * from {{ ref('stg_experiments__pair_factors') }}
),

pair_factors_together as (
    select
        pair_factors.load_id,
        {{ text_set_hash('pair_factors.factor') }} as pairs_hash
    from pair_factors
    group by pair_factors.load_id
),

loads_numbered as (
    select
        studies.*,
        row_number() over (
            partition by studies.source, studies.study_version
            order by studies.landed_at desc, studies.load_id desc
        ) as load_age,
        row_number() over (
            partition by studies.source
            order by studies.landed_at desc, studies.load_id desc
        ) as version_age
    from studies
)

select
    loads_numbered.load_id,
    loads_numbered.source as study,
    loads_numbered.study_version,
    loads_numbered.level,
    loads_numbered.definition,
    loads_numbered.k_max,
    loads_numbered.draft_replicates,
    loads_numbered.evaluation_replicates,
    loads_numbered.is_curated,
    loads_numbered.is_reevaluation,
    imports_together.imports_hash,
    pair_factors_together.pairs_hash,
    loads_numbered.version_age = 1 as is_current,
    loads_numbered.landed_at
from loads_numbered
left join imports_together on loads_numbered.load_id = imports_together.load_id
left join pair_factors_together
    on loads_numbered.load_id = pair_factors_together.load_id
where loads_numbered.load_age = 1
