-- Figures of whole cycles, put together from their stages.
with

stages as (
    {{ reopened(ref('int_telemetry__cycle_stages_measured'), 'cycle_started_at') }}
),

controls as (
    select * from {{ ref('int_telemetry__controls_described') }}
),

cycle_spans as (
    select * from {{ ref('int_telemetry__cycle_spans_collected') }}
),

cycle_sums as (
    select
        stages.cycle_id,
        stages.control_id,
        min(stages.source) as source,
        {{ ordered_text_agg('stages.stage', 'stages.started_at', '>') }}
            as stage_sequence,
        cast(sum(stages.reading_count) as bigint) as reading_count,
        coalesce(max(cycle_spans.other_id_count), 0) as other_id_count,
        cast(sum(stages.power_count) as bigint) as power_count,
        cast(sum(stages.temperature_count) as bigint) as temperature_count,
        sum(stages.observed_energy_ws)
        / nullif(sum(stages.observed_s), 0) as weighted_power_w,
        sum(stages.power_sum_w) / nullif(sum(stages.power_count), 0) as mean_power_w,
        min(stages.min_power_w) as min_power_w,
        max(stages.max_power_w) as max_power_w,
        sum(stages.temperature_sum_c) / nullif(sum(stages.temperature_count), 0)
            as mean_temperature_c,
        min(stages.min_temperature_c) as min_temperature_c,
        max(stages.max_temperature_c) as max_temperature_c,
        coalesce(greatest(max(stages.largest_gap_s), max(cycle_spans.largest_gap_s)), 0)
            as largest_gap_s,
        {{ seconds_between('min(stages.started_at)', 'max(stages.ended_at)') }}
            as duration_s,
        bool_or(stages.is_derived) as is_derived,
        min(stages.started_at) as started_at,
        max(stages.ended_at) as ended_at
    from stages
    left join cycle_spans on stages.cycle_id = cycle_spans.cycle_id
    group by stages.cycle_id, stages.control_id
),

-- readings that one long silence swallowed, at the cycle's usual pace; a gap of a few
-- readings is jitter
cycles_with_silence as (
    select
        cycle_sums.cycle_id,
        cycle_sums.control_id,
        cycle_sums.source,
        cycle_sums.stage_sequence,
        cycle_sums.reading_count,
        cycle_sums.other_id_count,
        cycle_sums.power_count,
        cycle_sums.temperature_count,
        cycle_sums.weighted_power_w,
        cycle_sums.mean_power_w,
        cycle_sums.min_power_w,
        cycle_sums.max_power_w,
        cycle_sums.mean_temperature_c,
        cycle_sums.min_temperature_c,
        cycle_sums.max_temperature_c,
        cycle_sums.largest_gap_s,
        cycle_sums.duration_s,
        cycle_sums.is_derived,
        cycle_sums.started_at,
        cycle_sums.ended_at,
        case
            when
                cycle_sums.reading_count > 2
                and cycle_sums.duration_s > cycle_sums.largest_gap_s
                and cycle_sums.largest_gap_s * (cycle_sums.reading_count - 2)
                > 5 * (cycle_sums.duration_s - cycle_sums.largest_gap_s)
                then
                    cycle_sums.largest_gap_s * (cycle_sums.reading_count - 2)
                    / (cycle_sums.duration_s - cycle_sums.largest_gap_s) - 1
            else 0
        end as silent_count
    from cycle_sums
),

cycles_measured as (
    select
        cycles_with_silence.cycle_id,
        cycles_with_silence.control_id,
        cycles_with_silence.source,
        cycles_with_silence.stage_sequence,
        cycles_with_silence.reading_count,
        cycles_with_silence.other_id_count,
        {{ round_to('cycles_with_silence.duration_s', 6) }} as duration_s,
        {{ rounded(
            'cycles_with_silence.weighted_power_w * cycles_with_silence.duration_s / 3600'
        ) }} as energy_wh,
        {{ rounded('cycles_with_silence.mean_power_w') }} as mean_power_w,
        {{ round_to('cycles_with_silence.min_power_w', 6) }} as min_power_w,
        {{ round_to('cycles_with_silence.max_power_w', 6) }} as max_power_w,
        {{ rounded('cycles_with_silence.mean_temperature_c') }} as mean_temperature_c,
        {{ round_to('cycles_with_silence.min_temperature_c', 6) }} as min_temperature_c,
        {{ round_to('cycles_with_silence.max_temperature_c', 6) }} as max_temperature_c,
        {{ round_to('cycles_with_silence.largest_gap_s', 6) }} as largest_gap_s,
        {% call round_to(digits=6) %}
            (
                cycles_with_silence.silent_count
                + greatest(
                    case
                        when controls.has_power
                            then
                                cycles_with_silence.reading_count
                                - cycles_with_silence.power_count
                        else 0
                    end,
                    case
                        when controls.has_temperature
                            then
                                cycles_with_silence.reading_count
                                - cycles_with_silence.temperature_count
                        else 0
                    end
                )
            ) / (cycles_with_silence.reading_count + cycles_with_silence.silent_count)
        {% endcall %} as missing_share,
        cycles_with_silence.is_derived,
        cast(cycles_with_silence.started_at as date) as cycle_date,
        cycles_with_silence.started_at,
        cycles_with_silence.ended_at
    from cycles_with_silence
    left join controls on cycles_with_silence.control_id = controls.control_id
)

select * from cycles_measured
