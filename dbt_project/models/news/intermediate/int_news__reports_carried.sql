-- What the report of the run before left for the feeds of all reports.
-- depends_on: {{ ref('phase_news__09_validation') }}
with

reports as (
    select * from {{ previous_phase_rows('news', 'final_report', 'reports', {
        'entries': 'varchar'
    }) }} as reports
),

reports_carried as (
    select
        reports.run_id,
        reports.entries
    from reports
)

select * from reports_carried
