-- Cycle ids that came back after another id, or after a silence much longer than all
-- that was seen around it (a lost sensor is silent within a cycle too), are other
-- cycles. Ids that alternate reading by reading are two stations on one machine: those
-- stay together and say how often another id came between.
with

gaps as (
    select * from {{ ref('int_telemetry__named_cycle_gaps_measured') }}
),

gaps_in_stretches as (
    select
        gaps.*,
        sum(case when gaps.own_gap_s > gaps.silence_seconds then 1 else 0 end) over (
            partition by gaps.control_id, gaps.source_cycle_id
            order by
                gaps.reading_at asc nulls first, gaps.reading_number asc nulls first
            rows between unbounded preceding and current row
        ) as stretch
    from gaps
),

stretches as (
    select
        gaps_in_stretches.control_id,
        gaps_in_stretches.source_cycle_id,
        gaps_in_stretches.stretch,
        count(*) as reading_count,
        count(*) filter (
            where
            gaps_in_stretches.follows_other_id
            and not coalesce(
                gaps_in_stretches.own_gap_s > gaps_in_stretches.silence_seconds, false
            )
        ) as other_id_count,
        {{ seconds_between(
            'min(gaps_in_stretches.reading_at)', 'max(gaps_in_stretches.reading_at)'
        ) }} as seen_s
    from gaps_in_stretches
    group by
        gaps_in_stretches.control_id, gaps_in_stretches.source_cycle_id,
        gaps_in_stretches.stretch
),

stretches_beside_neighbours as (
    select
        stretches.*,
        lag(stretches.seen_s) over (
            partition by stretches.control_id, stretches.source_cycle_id
            order by stretches.stretch asc nulls first
        ) as seen_before_s,
        -- fewer than three readings at a time
        stretches.other_id_count > 0
        and stretches.reading_count
        < 3 * (stretches.other_id_count + 1) as is_alternating
    from stretches
),

gaps_judged as (
    select
        gaps_in_stretches.control_id,
        gaps_in_stretches.source_cycle_id,
        gaps_in_stretches.source_stage,
        gaps_in_stretches.source,
        gaps_in_stretches.reading_number,
        gaps_in_stretches.own_gap_s,
        gaps_in_stretches.follows_other_id,
        case
            when gaps_in_stretches.own_gap_s > gaps_in_stretches.silence_seconds
                then
                    gaps_in_stretches.follows_other_id
                    or gaps_in_stretches.own_gap_s > 3 * (
                        stretches_beside_neighbours.seen_s
                        + stretches_beside_neighbours.seen_before_s
                    )
            else
                gaps_in_stretches.follows_other_id
                and not stretches_beside_neighbours.is_alternating
        end as begins_cycle,
        gaps_in_stretches.reading_at
    from gaps_in_stretches
    inner join stretches_beside_neighbours
        on
            gaps_in_stretches.control_id = stretches_beside_neighbours.control_id
            and gaps_in_stretches.source_cycle_id
            = stretches_beside_neighbours.source_cycle_id
            and gaps_in_stretches.stretch = stretches_beside_neighbours.stretch
),

readings_in_cycles as (
    select
        gaps_judged.*,
        sum(case when gaps_judged.begins_cycle then 1 else 0 end) over (
            partition by gaps_judged.control_id, gaps_judged.source_cycle_id
            order by
                gaps_judged.reading_at asc nulls first,
                gaps_judged.reading_number asc nulls first
            rows between unbounded preceding and current row
        ) as part
    from gaps_judged
),

cycles_parted as (
    select
        readings_in_cycles.control_id,
        readings_in_cycles.source_cycle_id,
        min(readings_in_cycles.source) as source,
        count(*) as reading_count,
        count(readings_in_cycles.source_stage) = count(*) as has_stages,
        count(*) filter (
            where
            readings_in_cycles.follows_other_id and not readings_in_cycles.begins_cycle
        ) as other_id_count,
        max(readings_in_cycles.own_gap_s)
        filter (where not coalesce(readings_in_cycles.begins_cycle, false))
            as largest_gap_s,
        min(readings_in_cycles.reading_at) as started_at,
        max(readings_in_cycles.reading_at) as ended_at
    from readings_in_cycles
    group by
        readings_in_cycles.control_id, readings_in_cycles.source_cycle_id,
        readings_in_cycles.part
)

select * from cycles_parted
