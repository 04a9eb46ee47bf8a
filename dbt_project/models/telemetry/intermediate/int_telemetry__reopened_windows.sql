-- What this run computes anew, from `opened_from` up to but not including
-- `opened_until`.
with

ranges_widened as (
    select * from {{ ref('int_telemetry__ranges_widened') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
),

windows_merged as (
    {{ merged_windows('ranges_widened') }}
),

machines_reopened_for_all_time as (
    select count(*) as machine_count
    from windows_merged
    where
        windows_merged.opened_from <= cast('0100-01-01' as timestamp)
        and windows_merged.opened_until >= cast('9999-12-31' as timestamp)
),

machines as (
    select count(*) as machine_count
    from controls
),

reopened_windows as (
    select
        windows_merged.control_id,
        machines_reopened_for_all_time.machine_count
        = machines.machine_count as is_everything,
        windows_merged.opened_from,
        windows_merged.opened_until
    from windows_merged
    cross join machines_reopened_for_all_time
    cross join machines
)

select * from reopened_windows
