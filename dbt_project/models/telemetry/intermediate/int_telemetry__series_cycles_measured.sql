-- Series whose source marks repetitions: how long each takes, in robust sigmas of those
-- in the lead-in, and how many lead-ins of repetitions lie between the lead-in and it.
-- Where time slots cut across motions, a longer repetition is the plainest sign that
-- something was in the way.
with

cycles as (
    select * from {{ ref('cycles') }}
),

lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_measured') }}
),

series_cycles as (
    select
        cycles.source,
        cycles.control_id,
        cycles.cycle_id,
        ln(cycles.duration_s + 1) as log_duration,
        row_number() over (
            partition by cycles.source, cycles.control_id
            order by cycles.ended_at asc nulls first, cycles.cycle_id asc
        ) as cycle_number,
        {{ seconds_between('lead_ins.first_reading_at', 'cycles.ended_at') }}
        <= lead_ins.lead_in_seconds as is_lead_in
    from cycles
    inner join lead_ins
        on
            cycles.source = lead_ins.source
            and cycles.control_id = lead_ins.control_id
    where not cycles.is_derived
),

centres as (
    select
        series_cycles.source,
        series_cycles.control_id,
        {{ median('series_cycles.log_duration') }} as centre
    from series_cycles
    where series_cycles.is_lead_in
    group by series_cycles.source, series_cycles.control_id
    having count(*) >= {{ point_setting('least_cycles') }}
),

spreads as (
    select
        series_cycles.source,
        series_cycles.control_id,
        max(centres.centre) as centre,
        cast(count(*) as double) as lead_in_count,
        greatest(
            1.4826 * {{ median('abs(series_cycles.log_duration - centres.centre)') }},
            {{ point_setting('duration_floor') }}
        ) as spread
    from series_cycles
    inner join centres
        on
            series_cycles.source = centres.source
            and series_cycles.control_id = centres.control_id
    where series_cycles.is_lead_in
    group by series_cycles.source, series_cycles.control_id
),

cycles_measured as (
    select
        series_cycles.source,
        series_cycles.control_id,
        series_cycles.cycle_id,
        {% call round_to(digits=6) %}
            abs(series_cycles.log_duration - spreads.centre) / spreads.spread
        {% endcall %} as score,
        floor(
            (series_cycles.cycle_number - 1 - spreads.lead_in_count)
            / spreads.lead_in_count
        ) as period,
        series_cycles.is_lead_in
    from series_cycles
    inner join spreads
        on
            series_cycles.source = spreads.source
            and series_cycles.control_id = spreads.control_id
)

select * from cycles_measured
