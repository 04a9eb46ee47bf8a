with

numbers as (
    select {{ each_integer(3, 5) }} as number
),

sums as (
    select
        count(*) as number_count,
        sum(numbers.number) as total
    from numbers
)

select * from sums
where number_count <> 3 or total <> 12
