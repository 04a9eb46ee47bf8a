with

comparisons_measured as (
    select * from {{ ref('int_experiments__comparisons_measured') }}
)

select
    cast(comparisons_measured.cohort_id as {{ dbt.type_string() }}) as cohort_id,
    cast(comparisons_measured.factor as {{ dbt.type_string() }}) as factor,
    cast(comparisons_measured.item_a as {{ dbt.type_string() }}) as item_a,
    cast(comparisons_measured.item_b as {{ dbt.type_string() }}) as item_b,
    cast(comparisons_measured.mean_a as double) as mean_a,
    cast(comparisons_measured.mean_b as double) as mean_b,
    cast(comparisons_measured.difference as double) as difference,
    cast(comparisons_measured.low as double) as low,
    cast(comparisons_measured.high as double) as high,
    cast(comparisons_measured.p_value as double) as p_value,
    cast(comparisons_measured.p_adjusted as double) as p_adjusted,
    cast(comparisons_measured.place_count as bigint) as place_count,
    cast(comparisons_measured.combo_count as bigint) as combo_count,
    cast(comparisons_measured.concept_count as bigint) as concept_count,
    cast(comparisons_measured.verdict as {{ dbt.type_string() }}) as verdict,
    cast(comparisons_measured.sentence as {{ dbt.type_string() }}) as sentence
from comparisons_measured
