-- Sensor values of a series by slots of time: count, mean and variance are all that is
-- kept, so that what follows costs slots, not readings. Copies of a value leave both as
-- they are. Energy of intervals grows with the interval: its power is judged instead.
{%- set blocks = point_setting('blocks_in_lead_in') %}
with

sensor_values as (
    select * from {{ ref('int_telemetry__sensor_values_kept') }}
),

readings as (
    select * from {{ ref('int_telemetry__series_readings_listed') }}
),

lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_measured') }}
),

series_values as (
    {{ series_values() }}
),

values_with_slot as (
    select
        series_values.source,
        series_values.control_id,
        series_values.sensor,
        series_values.value,
        lead_ins.lead_in_seconds / lead_ins.slot_seconds as lead_in_slots,
        {{ seconds_between(
            'lead_ins.first_reading_at', 'series_values.reading_at'
        ) }}
        / lead_ins.slot_seconds as slot_position
    from series_values
    inner join lead_ins
        on
            series_values.source = lead_ins.source
            and series_values.control_id = lead_ins.control_id
    where
        series_values.value is not null
        and not (series_values.sensor = 'energy_wh' and lead_ins.has_power)
),

slots as (
    select
        values_with_slot.source,
        values_with_slot.control_id,
        values_with_slot.sensor,
        cast(floor(values_with_slot.slot_position) as bigint) as slot,
        floor(values_with_slot.slot_position) < values_with_slot.lead_in_slots
            as is_lead_in,
        floor(
            floor(values_with_slot.slot_position)
            * {{ blocks }} / values_with_slot.lead_in_slots
        ) as block,
        count(*) as value_count,
        avg(values_with_slot.slot_position) as mean_position,
        avg(values_with_slot.value) as mean_value,
        var_pop(values_with_slot.value) as variance
    from values_with_slot
    group by
        values_with_slot.source, values_with_slot.control_id, values_with_slot.sensor,
        floor(values_with_slot.slot_position), values_with_slot.lead_in_slots
),

slots_counted as (
    select
        slots.*,
        (slots.mean_value - lag(slots.mean_value) over in_order)
        / nullif(slots.mean_position - lag(slots.mean_position) over in_order, 0)
            as step
    from slots
    window in_order as (
        partition by slots.source, slots.control_id, slots.sensor
        order by slots.slot
    )
)

select * from slots_counted
