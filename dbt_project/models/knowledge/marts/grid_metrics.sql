with

metrics_released as (
    select
        metrics.grid_id,
        metrics.cell_id,
        metrics.metric,
        metrics.n,
        metrics.value,
        metrics.low,
        metrics.high
    from {{ ref('int_knowledge__cells_measured') }} as metrics
)

select * from metrics_released
