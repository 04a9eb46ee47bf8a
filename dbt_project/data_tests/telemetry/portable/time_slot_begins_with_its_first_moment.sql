with

moments as (
    select
        {{ time_slot("cast('1970-01-01 00:09:59.999999' as timestamp)", 300) }}
            as slot_before,
        {{ time_slot("cast('1970-01-01 00:10:00' as timestamp)", 300) }} as slot_from,
        {{ time_slot("cast('1969-12-31 23:59:59' as timestamp)", 300) }}
            as slot_before_1970
)

select * from moments
where slot_before <> 1 or slot_from <> 2 or slot_before_1970 <> -1
