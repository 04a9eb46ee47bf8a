-- A machine that repeats itself is judged by how long each repetition takes. Once as
-- many again lie behind one as the lead-in has, those raise what it takes to what the
-- declared rate of them exceeds (int_telemetry__series_slots_scored); before that, only
-- a lead-in that labels vouch for gives a threshold.
{%- set usual = point_setting('history_quantile') %}
with

scores as (
    select * from {{ ref('int_telemetry__series_cycles_measured') }}
),

vouched_lead_ins as (
    select * from {{ ref('int_telemetry__series_lead_ins_vouched') }}
),

periods as (
    select
        scores.source,
        scores.control_id,
        scores.period
    from scores
    where scores.period >= 1
    group by scores.source, scores.control_id, scores.period
),

histories as (
    select
        periods.source,
        periods.control_id,
        periods.period,
        {{ percentile('scores.score', usual) }}
        * ln({{ point_setting('false_alarm_rate') }}) / ln(1 - {{ usual }}) as threshold
    from periods
    inner join scores
        on
            periods.source = scores.source
            and periods.control_id = scores.control_id
            and periods.period > scores.period
    group by periods.source, periods.control_id, periods.period
),

series_cycles_scored as (
    select
        scores.source,
        scores.control_id,
        scores.cycle_id,
        scores.score,
        case
            when
                scores.is_lead_in
                or coalesce(histories.source, vouched_lead_ins.source) is not null
                then {{ round_to(
                    'greatest(cast(' ~ point_setting('duration_sigmas')
                    ~ ' as double), coalesce(histories.threshold, 0))', 6
                ) }}
        end as threshold
    from scores
    left join histories
        on
            scores.source = histories.source
            and scores.control_id = histories.control_id
            and scores.period = histories.period
    left join vouched_lead_ins
        on
            scores.source = vouched_lead_ins.source
            and scores.control_id = vouched_lead_ins.control_id
)

select * from series_cycles_scored
