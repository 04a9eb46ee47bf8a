{{ config(materialized=as_view()) }}
-- What is judged: four figures of each stage and of the whole cycle (`all`), in long
-- form. A duration, and the energy with it, is known to one sampling step only: its
-- `resolution`.
with

cycles as (
    select * from {{ ref('cycles') }}
),

cycle_stages as (
    select * from {{ ref('cycle_stages') }}
),

figures as (
    select
        cycles.cycle_id,
        cycles.control_id,
        'all' as stage,
        cycles.mean_power_w as power_w,
        cycles.mean_temperature_c as temperature_c,
        cycles.duration_s,
        cycles.energy_wh,
        cycles.reading_count - 1 as step_count,
        cycles.is_valid,
        cycles.cycle_date,
        cycles.started_at
    from cycles
    union all
    select
        cycle_stages.cycle_id,
        cycle_stages.control_id,
        cycle_stages.stage,
        cycle_stages.mean_power_w as power_w,
        cycle_stages.mean_temperature_c as temperature_c,
        cycle_stages.duration_s,
        cycle_stages.energy_wh,
        cycle_stages.reading_count - 1 as step_count,
        cycles.is_valid,
        cycle_stages.cycle_date,
        cycles.started_at
    from cycle_stages
    inner join cycles on cycle_stages.cycle_id = cycles.cycle_id
),

figures_in_long_form as (
    {%- for metric in ['power_w', 'temperature_c', 'duration_s', 'energy_wh'] %}
    select
        figures.cycle_id,
        figures.control_id,
        figures.stage,
        '{{ metric }}' as metric,
        figures.{{ metric }} as value,
        {%- if metric in ['duration_s', 'energy_wh'] %}
        figures.{{ metric }} / nullif(figures.step_count, 0) as resolution,
        {%- else %}
        cast(0 as double) as resolution,
        {%- endif %}
        figures.is_valid,
        figures.cycle_date,
        figures.started_at
    from figures
    where figures.{{ metric }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from figures_in_long_form
