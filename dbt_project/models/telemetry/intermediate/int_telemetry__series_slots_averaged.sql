-- What stands for a sensor in a slot. A sensor that only rises in its lead-in, and
-- hardly ever falls later, is a counter, or drifts: what it rises by from slot to slot
-- stands for it, and where it falls it was set back. One that falls more often was only
-- warming up. Of a sensor that wanders in a lead-in nobody vouches for, steps stand for
-- its level, and its scatter is kept.
with

slots as (
    select * from {{ ref('int_telemetry__series_slots_counted') }}
),

wandering_sensors as (
    select * from {{ ref('int_telemetry__series_wandering_sensors_found') }}
    where not is_vouched_for
),

rising_sensors as (
    select
        slots.source,
        slots.control_id,
        slots.sensor
    from slots
    group by slots.source, slots.control_id, slots.sensor
    having
        min(case when slots.is_lead_in then slots.step end) >= 0
        and max(case when slots.is_lead_in then slots.step end) > 0
        and sum(case when slots.is_lead_in then 1 else 0 end)
        >= {{ point_setting('least_rises') }}
        and sum(case when slots.step < 0 then 1 else 0 end)
        <= {{ point_setting('most_falls') }} * count(*)
),

slots_averaged as (
    select
        slots.source,
        slots.control_id,
        slots.sensor,
        slots.slot,
        slots.is_lead_in,
        slots.value_count,
        case
            when coalesce(rising_sensors.source, wandering_sensors.source) is null
                then slots.mean_value
            else slots.step
        end as mean_value,
        case
            when rising_sensors.source is null then slots.variance else 0
        end as variance
    from slots
    left join rising_sensors
        on
            slots.source = rising_sensors.source
            and slots.control_id = rising_sensors.control_id
            and slots.sensor = rising_sensors.sensor
    left join wandering_sensors
        on
            slots.source = wandering_sensors.source
            and slots.control_id = wandering_sensors.control_id
            and slots.sensor = wandering_sensors.sensor
    where
        coalesce(rising_sensors.source, wandering_sensors.source) is null
        or slots.step >= 0
        or (rising_sensors.source is null and slots.step is not null)
)

select * from slots_averaged
