-- Mean power over equal parts of each cycle whose source does not name every stage.
-- Short cycles have a part for each reading, long ones up to 240, so that noise
-- averages out.
with

readings as (
    {{ reopened(ref('int_telemetry__readings_deduplicated'), 'reading_at') }}
),

cycle_spans as (
    select * from {{ ref('int_telemetry__cycle_spans_collected') }}
    where not has_stages
),

cycle_spans_by_slot as (
    select
        cycle_spans.cycle_id,
        cycle_spans.control_id,
        cast(
            least(
                240,
                greatest(
                    floor(cycle_spans.reading_count / 4.0),
                    least(cycle_spans.reading_count, 30)
                )
            )
            as bigint
        ) as part_count,
        {{ seconds_between('cycle_spans.started_at', 'cycle_spans.ended_at') }}
            as duration_s,
        cycle_spans.started_at,
        cycle_spans.ended_at,
        cycle_spans.next_started_at,
        {{ each_integer('cycle_spans.first_slot', 'cycle_spans.last_slot') }} as slot
    from cycle_spans
),

readings_with_part as (
    select
        cycle_spans_by_slot.cycle_id,
        cycle_spans_by_slot.control_id,
        cycle_spans_by_slot.part_count,
        cycle_spans_by_slot.duration_s,
        cast(
            least(
                floor(
                    cycle_spans_by_slot.part_count
                    * {{ seconds_between(
                        'cycle_spans_by_slot.started_at', 'readings.reading_at'
                    ) }}
                    / nullif(cycle_spans_by_slot.duration_s, 0)
                ),
                cycle_spans_by_slot.part_count - 1
            ) as bigint
        ) as part,
        readings.power_w,
        cycle_spans_by_slot.started_at
    from readings
    inner join cycle_spans_by_slot
        on
            readings.control_id = cycle_spans_by_slot.control_id
            and {{ time_slot('readings.reading_at', 300) }} = cycle_spans_by_slot.slot
            and readings.reading_at >= cycle_spans_by_slot.started_at
            and readings.reading_at <= cycle_spans_by_slot.ended_at
    where readings.power_w is not null and cycle_spans_by_slot.duration_s > 0
),

cycle_parts as (
    select
        readings_with_part.cycle_id,
        readings_with_part.control_id,
        readings_with_part.part,
        readings_with_part.duration_s / readings_with_part.part_count as part_s,
        {{ rounded('avg(readings_with_part.power_w)') }} as mean_power_w,
        readings_with_part.started_at
    from readings_with_part
    group by
        readings_with_part.cycle_id,
        readings_with_part.control_id,
        readings_with_part.part,
        readings_with_part.part_count,
        readings_with_part.duration_s,
        readings_with_part.started_at
)

select * from cycle_parts
