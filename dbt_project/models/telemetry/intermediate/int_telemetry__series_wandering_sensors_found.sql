-- Sensors that wander or drift in the lead-in: what they showed there does not tell
-- where they will be. Labels may vouch for the lead-in nevertheless. By von Neumann's
-- ratio of neighbouring to all differences, of the means of the lead-in's blocks: about
-- 2 where blocks are independent, near 0 for a random walk, a trend, or part of a slow
-- rhythm.
{%- set blocks = point_setting('blocks_in_lead_in') %}
with

slots as (
    select * from {{ ref('int_telemetry__series_slots_counted') }}
),

vouched_lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_vouched') }}
),

blocks as (
    select
        slots.source,
        slots.control_id,
        slots.sensor,
        slots.block,
        avg(slots.mean_value) as mean_value
    from slots
    where slots.is_lead_in
    group by slots.source, slots.control_id, slots.sensor, slots.block
),

blocks_with_steps as (
    select
        blocks.*,
        blocks.mean_value - lag(blocks.mean_value) over (
            partition by blocks.source, blocks.control_id, blocks.sensor
            order by blocks.block
        ) as step
    from blocks
),

wandering_sensors as (
    select
        blocks_with_steps.source,
        blocks_with_steps.control_id,
        blocks_with_steps.sensor,
        max(vouched_lead_ins.source) is not null as is_vouched_for
    from blocks_with_steps
    left join vouched_lead_ins
        on
            blocks_with_steps.source = vouched_lead_ins.source
            and blocks_with_steps.control_id = vouched_lead_ins.control_id
    group by
        blocks_with_steps.source, blocks_with_steps.control_id,
        blocks_with_steps.sensor
    having
        count(*) >= {{ blocks }} / 2
        and avg(blocks_with_steps.step * blocks_with_steps.step)
        < {{ point_setting('wandering_ratio') }} * var_pop(blocks_with_steps.mean_value)
)

select * from wandering_sensors
