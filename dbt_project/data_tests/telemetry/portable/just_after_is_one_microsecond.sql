with

moments as (
    select {{ just_after("cast('2026-01-01 23:59:59.999999' as timestamp)") }} as moment
)

select * from moments
where moment <> cast('2026-01-02 00:00:00' as timestamp)
