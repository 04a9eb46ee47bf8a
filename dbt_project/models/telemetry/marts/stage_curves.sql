{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='fail',
    meta={
        'replace_windows': {'column': 'started_at'},
    },
) }}
{%- set last_point = telemetry_setting('curve_points') - 1 -%}
with

readings as (
    {{ reopened(ref('int_telemetry__readings_sessioned'), 'reading_at') }}
),

stages as (
    {{ reopened(ref('int_telemetry__cycle_stages_measured'), 'cycle_started_at') }}
),

readings_with_point as (
    select
        readings.cycle_id,
        readings.stage,
        case
            when stages.duration_s > 0
                then cast(
                    floor(
                        {{ last_point }}
                        * {{ seconds_between(
                            'stages.started_at', 'readings.reading_at'
                        ) }}
                        / stages.duration_s + 0.5
                    ) as bigint
                )
            else 0
        end as point,
        readings.power_w,
        readings.temperature_c
    from readings
    inner join stages
        on readings.cycle_id = stages.cycle_id and readings.stage = stages.stage
),

measured_points as (
    select
        readings_with_point.cycle_id,
        readings_with_point.stage,
        readings_with_point.point,
        avg(readings_with_point.power_w) as power_w,
        avg(readings_with_point.temperature_c) as temperature_c
    from readings_with_point
    group by
        readings_with_point.cycle_id,
        readings_with_point.stage,
        readings_with_point.point
),

all_points as (
    select
        stages.cycle_id,
        stages.control_id,
        stages.stage,
        {{ each_integer(0, last_point) }} as point,
        stages.cycle_started_at,
        stages.started_at
    from stages
),

points_beside_known_ones as (
    select
        all_points.cycle_id,
        all_points.control_id,
        all_points.stage,
        all_points.point,
        {%- for figure in ['power_w', 'temperature_c'] %}
        {%- set known = 'case when measured_points.' ~ figure ~ ' is not null then ' %}
        {{ last_known('measured_points.' ~ figure, 'points_before') }}
            as {{ figure }}_before,
        {{ first_known('measured_points.' ~ figure, 'points_after') }}
            as {{ figure }}_after,
        {{ last_known(known ~ 'all_points.point end', 'points_before') }}
            as {{ figure }}_point_before,
        {{ first_known(known ~ 'all_points.point end', 'points_after') }}
            as {{ figure }}_point_after,
        {%- endfor %}
        all_points.cycle_started_at,
        all_points.started_at
    from all_points
    left join measured_points
        on
            all_points.cycle_id = measured_points.cycle_id
            and all_points.stage = measured_points.stage
            and all_points.point = measured_points.point
    window
        points_before as (
            partition by all_points.cycle_id, all_points.stage
            order by all_points.point asc nulls first
            rows between unbounded preceding and current row
        ),
        points_after as (
            partition by all_points.cycle_id, all_points.stage
            order by all_points.point asc nulls first
            rows between current row and unbounded following
        )
),

stage_curves as (
    select
        points_beside_known_ones.cycle_id,
        points_beside_known_ones.control_id,
        points_beside_known_ones.stage,
        cast(points_beside_known_ones.point as bigint) as point,
        {{ round_to(
            'points_beside_known_ones.point / cast(' ~ last_point ~ ' as double)', 6
        ) }} as relative_time,
        {%- for figure in ['power_w', 'temperature_c'] %}
        {{ rounded(interpolated(
            'points_beside_known_ones.' ~ figure ~ '_before',
            'points_beside_known_ones.' ~ figure ~ '_after',
            'points_beside_known_ones.' ~ figure ~ '_point_before',
            'points_beside_known_ones.' ~ figure ~ '_point_after',
            'points_beside_known_ones.point'
        )) }} as {{ figure }},
        {%- endfor %}
        cast(points_beside_known_ones.cycle_started_at as date) as cycle_date,
        points_beside_known_ones.started_at
    from points_beside_known_ones
)

select * from stage_curves
