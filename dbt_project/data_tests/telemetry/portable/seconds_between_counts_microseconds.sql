with

moments as (
    select {{ seconds_between(
        "cast('2026-01-01 00:00:00' as timestamp)", "cast('2026-01-01 00:01:00.250001' as timestamp)"
    ) }} as seconds
)

select * from moments
where abs(seconds - 60.250001) > 0.0000001
