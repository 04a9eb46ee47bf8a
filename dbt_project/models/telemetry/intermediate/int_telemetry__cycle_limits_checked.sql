{%- set cycle_metrics = [
    'duration_s', 'reading_count', 'largest_gap_s', 'other_id_count', 'missing_share',
    'min_power_w', 'max_power_w', 'min_temperature_c', 'max_temperature_c'
] -%}
{%- set order_metrics = [
    'stages_out_of_order', 'stages_missing', 'stage_overlap_share'
] -%}
-- Every limit a cycle breaks, one row for each; a machine's own limit takes the place
-- of `*`.
with

cycles as (
    select * from {{ ref('int_telemetry__cycles_measured') }}
),

stage_orders as (
    select * from {{ ref('int_telemetry__stage_orders_checked') }}
),

limits as (
    select * from {{ ref('telemetry_validity_limits') }}
),

cycle_figures as (
    {%- for metric in cycle_metrics %}
    select
        cycles.cycle_id,
        cycles.control_id,
        '{{ metric }}' as metric,
        cast(cycles.{{ metric }} as double) as value
    from cycles
    union all
    {%- endfor %}
    {%- for metric in order_metrics %}
    select
        stage_orders.cycle_id,
        stage_orders.control_id,
        '{{ metric }}' as metric,
        cast(stage_orders.{{ metric }} as double) as value
    from stage_orders
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

figures_with_limits as (
    select
        cycle_figures.cycle_id,
        cycle_figures.control_id,
        limits.reason,
        cycle_figures.metric,
        cycle_figures.value,
        cast(limits.lower_limit as double) as lower_limit,
        cast(limits.upper_limit as double) as upper_limit,
        row_number() over (
            partition by cycle_figures.cycle_id, limits.reason, cycle_figures.metric
            order by case when limits.control_id = '*' then 1 else 0 end asc nulls last
        ) as place
    from cycle_figures
    inner join limits
        on
            cycle_figures.metric = limits.metric
            and (
                cycle_figures.control_id = limits.control_id or limits.control_id = '*'
            )
    where cycle_figures.value is not null
),

broken_limits as (
    select
        figures_with_limits.cycle_id,
        figures_with_limits.control_id,
        figures_with_limits.reason,
        figures_with_limits.value,
        case
            when figures_with_limits.value < figures_with_limits.lower_limit
                then figures_with_limits.lower_limit
            else figures_with_limits.upper_limit
        end as limit_value,
        row_number() over (
            partition by figures_with_limits.cycle_id, figures_with_limits.reason
            order by figures_with_limits.metric asc nulls last
        ) as place
    from figures_with_limits
    where
        figures_with_limits.place = 1
        and (
            figures_with_limits.value < figures_with_limits.lower_limit
            or figures_with_limits.value > figures_with_limits.upper_limit
        )
),

rejections as (
    select
        broken_limits.cycle_id,
        broken_limits.control_id,
        broken_limits.reason,
        broken_limits.value,
        broken_limits.limit_value
    from broken_limits
    where broken_limits.place = 1
)

select * from rejections
