{{ config(materialized=as_view(kept=true)) }}
-- depends_on: {{ ref('gate_news__after_landing') }}
with

runs as (
    select * from {{ source('raw_news', 'runs') }}
),

runs_named as (
    select
        runs.load_id,
        runs.run_id,
        runs.report,
        runs.as_of,
        runs.previous_run_id,
        runs.kind,
        runs.origin,
        runs.with_feedback,
        runs.config,
        runs.config_hash,
        runs.started_at
    from runs
)

select * from runs_named
