-- Sensor values of a series by slots of time: count, mean and variance are all that is
-- kept, so that what follows costs slots, not readings. Copies of a value leave both as
-- they are. A sensor that only rises in its lead-in, and hardly ever falls later, is a
-- counter, or drifts: what it rises by from slot to slot stands for it, and where it
-- falls it was set back. One that falls more often was only warming up.
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
    where series_values.value is not null
),

slots as (
    select
        values_with_slot.source,
        values_with_slot.control_id,
        values_with_slot.sensor,
        cast(floor(values_with_slot.slot_position) as bigint) as slot,
        floor(values_with_slot.slot_position) < values_with_slot.lead_in_slots
            as is_lead_in,
        count(*) as value_count,
        avg(values_with_slot.slot_position) as mean_position,
        avg(values_with_slot.value) as mean_value,
        var_pop(values_with_slot.value) as variance
    from values_with_slot
    group by
        values_with_slot.source, values_with_slot.control_id, values_with_slot.sensor,
        floor(values_with_slot.slot_position), values_with_slot.lead_in_slots
),

slots_with_steps as (
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
),

rising_sensors as (
    select
        slots_with_steps.source,
        slots_with_steps.control_id,
        slots_with_steps.sensor
    from slots_with_steps
    group by
        slots_with_steps.source, slots_with_steps.control_id, slots_with_steps.sensor
    having
        min(case when slots_with_steps.is_lead_in then slots_with_steps.step end) >= 0
        and max(
            case when slots_with_steps.is_lead_in then slots_with_steps.step end
        ) > 0
        and sum(case when slots_with_steps.is_lead_in then 1 else 0 end)
        >= {{ point_setting('least_rises') }}
        and sum(case when slots_with_steps.step < 0 then 1 else 0 end)
        <= {{ point_setting('most_falls') }} * count(*)
),

slots_averaged as (
    select
        slots_with_steps.source,
        slots_with_steps.control_id,
        slots_with_steps.sensor,
        slots_with_steps.slot,
        slots_with_steps.is_lead_in,
        slots_with_steps.value_count,
        case
            when rising_sensors.source is null then slots_with_steps.mean_value
            else slots_with_steps.step
        end as mean_value,
        case
            when rising_sensors.source is null then slots_with_steps.variance else 0
        end as variance
    from slots_with_steps
    left join rising_sensors
        on
            slots_with_steps.source = rising_sensors.source
            and slots_with_steps.control_id = rising_sensors.control_id
            and slots_with_steps.sensor = rising_sensors.sensor
    where rising_sensors.source is null or slots_with_steps.step >= 0
)

select * from slots_averaged
