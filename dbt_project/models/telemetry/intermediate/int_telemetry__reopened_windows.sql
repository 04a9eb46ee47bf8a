-- What this run computes anew, from `opened_from` up to but not including `opened_until`.
with

ranges_widened as (
    select * from {{ ref('int_telemetry__ranges_widened') }}
),

reopened_windows as (
    {{ merged_windows('ranges_widened') }}
)

select * from reopened_windows
