with

reports as (
    select * from {{ ref('int_telemetry__reports_written') }}
),

reports_released as (
    select
        reports.control_count,
        reports.issue_count,
        reports.critical_count,
        reports.pending_count,
        reports.markdown,
        reports.html,
        reports.report_date
    from reports
)

select * from reports_released
