with

keys as (
    select
        {{ timestamp_key("cast('2026-01-31 23:59:59.000120' as timestamp)") }}
            as moment_key
)

select * from keys
where moment_key <> '20260131T235959.000120'
