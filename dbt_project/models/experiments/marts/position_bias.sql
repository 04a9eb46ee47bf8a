-- Whether a judge goes by place: of the pairs whose winner changes with the order, how
-- many were given to the text shown first. Without a bias it is half (McNemar 1947).
with

pair_results as (
    select * from {{ ref('pair_results') }}
),

results_counted as (
    select
        pair_results.cohort_id,
        pair_results.evaluation_model_id,
        pair_results.template_id,
        pair_results.template_hash,
        count(*) as result_count,
        count(case when pair_results.outcome = 'unread' then 1 end) as unread_count,
        count(
            case
                when
                    pair_results.outcome in ('a', 'b')
                    or (
                        pair_results.verdict_ab = 'tie'
                        and pair_results.verdict_ba = 'tie'
                    )
                    then 1
            end
        ) as consistent_count,
        count(case when pair_results.outcome = 'position' then 1 end) as position_count,
        count(
            case
                when
                    pair_results.outcome = 'position'
                    and pair_results.verdict_ab = 'first'
                    then 1
            end
        ) as first_count
    from pair_results
    group by
        pair_results.cohort_id, pair_results.evaluation_model_id,
        pair_results.template_id, pair_results.template_hash
),

shares as (
    select
        results_counted.*,
        {% call round_to(digits=12) %}
            results_counted.consistent_count * 1e0
            / nullif(results_counted.result_count - results_counted.unread_count, 0)
        {% endcall %} as consistent_share,
        {% call round_to(digits=12) %}
            results_counted.first_count * 1e0
            / nullif(results_counted.position_count, 0)
        {% endcall %} as first_share
    from results_counted
),

results_with_intervals as (
    select
        shares.*,
        {{ wilson('low', 'shares.first_share', 'shares.position_count') }}
            as low,
        {{ wilson('high', 'shares.first_share', 'shares.position_count') }}
            as high
    from shares
)

select
    results_with_intervals.cohort_id,
    results_with_intervals.evaluation_model_id,
    results_with_intervals.template_id,
    results_with_intervals.template_hash,
    cast(results_with_intervals.result_count as bigint) as result_count,
    cast(results_with_intervals.unread_count as bigint) as unread_count,
    cast(results_with_intervals.consistent_count as bigint) as consistent_count,
    cast(results_with_intervals.position_count as bigint) as position_count,
    cast(results_with_intervals.first_count as bigint) as first_count,
    cast(results_with_intervals.consistent_share as double) as consistent_share,
    cast(results_with_intervals.first_share as double) as first_share,
    results_with_intervals.low,
    results_with_intervals.high,
    case
        when results_with_intervals.low > 0.5 then 'first'
        when results_with_intervals.high < 0.5 then 'second'
        when results_with_intervals.position_count > 0 then 'undecided'
        else 'none'
    end as leans_to
from results_with_intervals
