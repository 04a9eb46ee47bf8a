-- Sensor values of a series by slots of time: count, mean and variance are all that is
-- kept, so that what follows costs slots, not readings. Copies of a value leave both as
-- they are.
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
        cast(floor(
            {{ seconds_between(
                'lead_ins.first_reading_at', 'series_values.reading_at'
            ) }}
            / lead_ins.slot_seconds
        ) as bigint) as slot
    from series_values
    inner join lead_ins
        on
            series_values.source = lead_ins.source
            and series_values.control_id = lead_ins.control_id
    where series_values.value is not null
),

slots as (
    select
        values_with_slot.source,
        values_with_slot.control_id,
        values_with_slot.sensor,
        values_with_slot.slot,
        values_with_slot.slot < values_with_slot.lead_in_slots as is_lead_in,
        count(*) as value_count,
        avg(values_with_slot.value) as mean_value,
        var_pop(values_with_slot.value) as variance
    from values_with_slot
    group by
        values_with_slot.source, values_with_slot.control_id, values_with_slot.sensor,
        values_with_slot.slot, values_with_slot.lead_in_slots
)

select * from slots
