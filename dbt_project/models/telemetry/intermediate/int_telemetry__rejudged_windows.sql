-- A cycle that changed is in the baselines of the days that follow: these are judged anew too.
with

reopened_windows as (
    select * from {{ ref('int_telemetry__reopened_windows') }}
),

days_reopened as (
    select
        reopened_windows.control_id,
        cast(cast(reopened_windows.opened_from as date) as timestamp) as opened_from,
        case
            when reopened_windows.opened_until >= cast('9999-01-01' as timestamp)
                then reopened_windows.opened_until
            else
                {{ days_after(
                    'cast(cast(reopened_windows.opened_until as date) as timestamp)',
                    var('telemetry_baseline_days') + 1
                ) }}
        end as opened_until
    from reopened_windows
),

rejudged_windows as (
    {{ merged_windows('days_reopened') }}
)

select * from rejudged_windows
