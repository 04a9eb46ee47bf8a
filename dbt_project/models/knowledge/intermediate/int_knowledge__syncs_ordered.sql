-- depends_on: {{ ref('gate_knowledge__after_staging') }}
-- The tier of a source is that of its newest sync: earlier rows take it too.
with

syncs as (
    select * from {{ ref('stg_knowledge__syncs') }}
),

syncs_numbered as (
    select
        syncs.sync_id,
        syncs.source,
        syncs.tier,
        syncs.exported_at,
        syncs.complete,
        row_number() over (
            partition by syncs.source
            order by syncs.exported_at asc, syncs.load_id asc
        ) as sync_no
    from syncs
),

syncs_in_order as (
    select
        syncs_numbered.sync_id,
        syncs_numbered.source,
        syncs_numbered.exported_at,
        syncs_numbered.sync_no,
        last_value(syncs_numbered.tier) over (
            partition by syncs_numbered.source
            order by syncs_numbered.sync_no
            rows between unbounded preceding and unbounded following
        ) as tier,
        min(case when syncs_numbered.complete then syncs_numbered.sync_no end) over (
            partition by syncs_numbered.source
            order by syncs_numbered.sync_no
            rows between 1 following and unbounded following
        ) as next_complete_no
    from syncs_numbered
)

select * from syncs_in_order
