with

moments as (
    select
        {{ seconds_after("cast('2026-01-01 00:00:00.5' as timestamp)", '90.0254') }}
            as moment
)

select * from moments
where moment <> cast('2026-01-01 00:01:30.525' as timestamp)
