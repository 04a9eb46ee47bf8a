-- A cycle that changed is in the baselines of the days that follow: these are judged
-- anew too.
with

reopened_windows as (
    select * from {{ ref('int_telemetry__reopened_windows') }}
),

reopened_days as (
    select
        reopened_windows.control_id,
        cast(cast(reopened_windows.opened_from as date) as timestamp) as opened_from,
        case
            when reopened_windows.opened_until >= cast('9999-01-01' as timestamp)
                then reopened_windows.opened_until
            else
                {{ days_after(
                    'cast(cast(reopened_windows.opened_until as date) as timestamp)',
                    telemetry_setting('baseline_days') + 1
                ) }}
        end as opened_until
    from reopened_windows
),

scopes as (
    select bool_and(reopened_windows.is_everything) as is_everything
    from reopened_windows
),

windows_merged as (
    {{ merged_windows('reopened_days') }}
),

rejudged_windows as (
    select
        windows_merged.control_id,
        scopes.is_everything,
        windows_merged.opened_from,
        windows_merged.opened_until
    from windows_merged
    cross join scopes
)

select * from rejudged_windows
