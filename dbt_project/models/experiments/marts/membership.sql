-- depends_on: {{ ref('gate_experiments__after_staging') }}
with

memberships as (
    select * from {{ ref('int_experiments__memberships_planned') }}
)

select
    memberships.cohort_id,
    memberships.gen_id,
    memberships.stage,
    memberships.template_id,
    memberships.template_hash,
    memberships.model_id,
    memberships.combo_id,
    memberships.parent_gen_id,
    memberships.parameters,
    memberships.is_lineage,
    cast(memberships.replicate as bigint) as replicate
from memberships
