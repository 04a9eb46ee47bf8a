with

moments as (
    select
        {{ days_after("cast('2026-03-01 12:00:00' as timestamp)", 14) }} as later,
        {{ days_after("cast('2026-03-01 12:00:00' as timestamp)", -1) }} as earlier
)

select * from moments
where
    later <> cast('2026-03-15 12:00:00' as timestamp)
    or earlier <> cast('2026-02-28 12:00:00' as timestamp)
