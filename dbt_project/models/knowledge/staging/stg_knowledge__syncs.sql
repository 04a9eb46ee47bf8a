{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_knowledge__after_landing') }}
with

syncs as (
    select * from {{ source('raw_knowledge', 'syncs') }}
),

syncs_named as (
    select
        syncs.load_id,
        syncs.sync_id,
        syncs.source,
        syncs.kind,
        syncs.mode,
        syncs.cursor_from,
        syncs.cursor_to,
        syncs.complete,
        syncs.zone,
        syncs.tier,
        syncs.exported_at,
        syncs.started_at,
        syncs.finished_at,
        syncs.seen,
        syncs.new,
        syncs.changed,
        syncs.unchanged,
        syncs.forbidden,
        syncs.rejected,
        syncs.gone,
        syncs.present,
        syncs.requests,
        syncs.retries,
        syncs.seconds,
        syncs.error
    from syncs
)

select * from syncs_named
