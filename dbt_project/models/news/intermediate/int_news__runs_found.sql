-- depends_on: {{ ref('phase_news__01_initialization') }}
with

this_run as (
    select * from {{ ref('int_news__run') }}
),

runs as (
    select * from {{ ref('stg_news__runs') }}
),

runs_found as (
    select
        runs.run_id,
        cast(row_number() over (
            order by runs.as_of, runs.started_at, runs.run_id
        ) as bigint) as run_no,
        runs.run_id = this_run.run_id as is_this_run,
        runs.as_of
    from runs
    inner join this_run
        on
            runs.origin = this_run.origin
            and runs.as_of <= this_run.as_of
            and runs.started_at <= this_run.started_at
)

select * from runs_found
