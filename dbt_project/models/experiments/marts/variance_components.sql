with

variances_decomposed as (
    select * from {{ ref('int_experiments__variances_decomposed') }}
)

select
    cast(variances_decomposed.cohort_id as {{ dbt.type_string() }}) as cohort_id,
    cast(variances_decomposed.component as {{ dbt.type_string() }}) as component,
    cast(variances_decomposed.estimate as double) as estimate,
    cast(variances_decomposed.variance as double) as variance,
    cast(variances_decomposed.share as double) as share,
    cast(variances_decomposed.df as bigint) as df,
    cast(variances_decomposed.n as bigint) as n
from variances_decomposed
