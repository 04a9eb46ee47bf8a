{{ config(
    materialized='incremental',
    incremental_strategy='replace_windows',
    on_schema_change='append_new_columns',
    meta={'replace_windows': {
        'column': 'started_at',
        'day': 'cast(make_timestamp(target.slot * 300000000) as date)',
    }},
    pre_hook='{{ forget_days() }}',
) }}
-- depends_on: {{ ref('int_telemetry__reopened_windows') }}
-- Cycles cut into slots of 300 s: a reading finds its cycle by equality on machine and
-- slot, and only then by time, which any engine joins without sorting the readings.
with

cycle_spans as (
    select * from {{ ref('int_telemetry__cycle_spans_collected') }}
),

stage_bounds as (
    select * from {{ ref('int_telemetry__stage_bounds_derived') }}
),

cycle_slots as (
    select
        cycle_spans.cycle_id,
        cycle_spans.control_id,
        cycle_spans.source_cycle_id,
        cycle_spans.source,
        {{ each_integer('cycle_spans.first_slot', 'cycle_spans.last_slot') }} as slot,
        cycle_spans.is_derived,
        cycle_spans.started_at,
        cycle_spans.ended_at,
        cycle_spans.next_started_at,
        stage_bounds.ramp_up_until,
        stage_bounds.ramp_down_from
    from cycle_spans
    left join stage_bounds on cycle_spans.cycle_id = stage_bounds.cycle_id
)

select * from cycle_slots
