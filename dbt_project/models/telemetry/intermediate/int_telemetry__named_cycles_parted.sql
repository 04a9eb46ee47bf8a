{%- set rise = 'abs(around.began_power_w - gaps_in_stretches.own_previous_power_w)' %}
-- Cycle ids that came back after another id, or after a long silence, are other cycles.
-- A lost sensor explains a silence only where the machine goes on where it was: in a
-- later stage or, without stages, at the power it had risen to. Ids that alternate
-- reading by reading are two stations: they stay together and say how often they do.
with

gaps as (
    select * from {{ ref('int_telemetry__named_cycle_gaps_measured') }}
),

gaps_in_stretches as (
    select
        gaps.*,
        coalesce(gaps.own_gap_s <= gaps.silence_seconds, false) as is_near,
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
        max(gaps_in_stretches.source_stage)
        filter (where not gaps_in_stretches.is_near) as first_stage,
        max(gaps_in_stretches.power_w)
        filter (where not gaps_in_stretches.is_near) as first_power_w,
        count(*) as reading_count,
        count(*) filter (
            where gaps_in_stretches.follows_other_id and gaps_in_stretches.is_near
        ) as other_id_count,
        {{ seconds_between(
            'min(gaps_in_stretches.reading_at)', 'max(gaps_in_stretches.reading_at)'
        ) }} as seen_s
    from gaps_in_stretches
    group by
        gaps_in_stretches.control_id, gaps_in_stretches.source_cycle_id,
        gaps_in_stretches.stretch
),

around as (
    select
        stretches.*,
        stretches.seen_s + lag(stretches.seen_s) over in_order as seen_around_s,
        lag(stretches.first_stage) over in_order as began_stage,
        lag(stretches.first_power_w) over in_order as began_power_w,
        -- fewer than three readings at a time
        stretches.other_id_count > 0
        and stretches.reading_count < 3 * (stretches.other_id_count + 1)
            as is_alternating
    from stretches
    window in_order as (
        partition by stretches.control_id, stretches.source_cycle_id
        order by stretches.stretch asc nulls first
    )
),

gaps_judged as (
    select
        gaps_in_stretches.*,
        case
            when gaps_in_stretches.is_near
                then gaps_in_stretches.follows_other_id and not around.is_alternating
            when
                gaps_in_stretches.follows_other_id
                or gaps_in_stretches.own_gap_s > 3 * around.seen_around_s
                then true
            else coalesce(
                gaps_in_stretches.source_stage = around.began_stage,
                not (
                    abs(
                        gaps_in_stretches.power_w
                        - gaps_in_stretches.own_previous_power_w
                    ) < {{ rise }} / 2
                    and {{ rise }} > abs(gaps_in_stretches.own_previous_power_w) / 5
                ),
                true
            )
        end as begins_cycle
    from gaps_in_stretches
    inner join around
        on
            gaps_in_stretches.control_id = around.control_id
            and gaps_in_stretches.source_cycle_id = around.source_cycle_id
            and gaps_in_stretches.stretch = around.stretch
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
