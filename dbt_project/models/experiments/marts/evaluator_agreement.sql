with

agreements_measured as (
    select * from {{ ref('int_experiments__agreements_measured') }}
)

select
    cast(agreements_measured.cohort_id as {{ dbt.type_string() }}) as cohort_id,
    cast(agreements_measured.evaluator_a as {{ dbt.type_string() }}) as evaluator_a,
    cast(agreements_measured.evaluator_b as {{ dbt.type_string() }}) as evaluator_b,
    cast(agreements_measured.statistic as {{ dbt.type_string() }}) as statistic,
    cast(agreements_measured.reason as {{ dbt.type_string() }}) as reason,
    cast(agreements_measured.value as double) as value,
    cast(agreements_measured.low as double) as low,
    cast(agreements_measured.high as double) as high,
    cast(agreements_measured.n as bigint) as n
from agreements_measured
