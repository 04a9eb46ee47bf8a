with

points as (
    select
        1 as point,
        10 as value
    union all
    select
        2 as point,
        cast(null as integer) as value
    union all
    select
        3 as point,
        30 as value
),

points_with_known_values as (
    select
        points.point,
        {{ last_known('points.value', 'points_before') }} as value_before,
        {{ first_known('points.value', 'points_after') }} as value_after
    from points
    window
        points_before as (
            order by points.point asc nulls first
            rows between unbounded preceding and current row
        ),
        points_after as (
            order by points.point asc nulls first
            rows between current row and unbounded following
        )
)

select * from points_with_known_values
where point = 2 and (value_before <> 10 or value_after <> 30)
