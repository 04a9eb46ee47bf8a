-- How often the second of two items wins, by each judge and by all of them together.
-- The interval is Wilson's with as many trials as combinations: pairs about the same
-- concepts, and judges of the same pair, are alike. Shares vary at most as wins and
-- losses do, so that ties make it too wide, never too narrow.
with

pair_results as (
    select * from {{ ref('pair_results') }}
),

results_by_judge as (
    select
        pair_results.*,
        pair_results.evaluation_model_id as judge
    from pair_results
    union all
    select
        pair_results.*,
        'all' as judge
    from pair_results
),

combos_decided as (
    select
        results_by_judge.cohort_id,
        results_by_judge.factor,
        results_by_judge.item_a,
        results_by_judge.item_b,
        results_by_judge.judge,
        results_by_judge.combo_id,
        avg(results_by_judge.share_b) as share_b,
        count(*) as result_count,
        count(case when results_by_judge.outcome = 'a' then 1 end) as a_count,
        count(case when results_by_judge.outcome = 'b' then 1 end) as b_count,
        count(case when results_by_judge.outcome = 'tie' then 1 end) as tie_count,
        count(case when results_by_judge.outcome = 'position' then 1 end)
            as position_count,
        count(case when results_by_judge.outcome = 'unread' then 1 end) as unread_count
    from results_by_judge
    group by
        results_by_judge.cohort_id, results_by_judge.factor, results_by_judge.item_a,
        results_by_judge.item_b, results_by_judge.judge, results_by_judge.combo_id
),

items_decided as (
    select
        combos_decided.cohort_id,
        combos_decided.factor,
        combos_decided.item_a,
        combos_decided.item_b,
        combos_decided.judge,
        {{ round_to('avg(combos_decided.share_b)', 12) }} as win_rate,
        count(combos_decided.share_b) as combo_count,
        sum(combos_decided.result_count) as result_count,
        sum(combos_decided.a_count) as a_count,
        sum(combos_decided.b_count) as b_count,
        sum(combos_decided.tie_count) as tie_count,
        sum(combos_decided.position_count) as position_count,
        sum(combos_decided.unread_count) as unread_count
    from combos_decided
    group by
        combos_decided.cohort_id, combos_decided.factor, combos_decided.item_a,
        combos_decided.item_b, combos_decided.judge
),

items_with_intervals as (
    select
        items_decided.*,
        {{ wilson('low', 'items_decided.win_rate', 'items_decided.combo_count') }}
            as low,
        {{ wilson('high', 'items_decided.win_rate', 'items_decided.combo_count') }}
            as high
    from items_decided
)

select
    items_with_intervals.cohort_id,
    items_with_intervals.factor,
    items_with_intervals.item_a,
    items_with_intervals.item_b,
    items_with_intervals.judge,
    cast(items_with_intervals.win_rate as double) as win_rate,
    items_with_intervals.low,
    items_with_intervals.high,
    case
        when items_with_intervals.combo_count = 0 then 'unread'
        when items_with_intervals.low > 0.5 then 'higher'
        when items_with_intervals.high < 0.5 then 'lower'
        else 'undecided'
    end as verdict,
    cast(items_with_intervals.combo_count as bigint) as combo_count,
    cast(items_with_intervals.result_count as bigint) as result_count,
    cast(items_with_intervals.a_count as bigint) as a_count,
    cast(items_with_intervals.b_count as bigint) as b_count,
    cast(items_with_intervals.tie_count as bigint) as tie_count,
    cast(items_with_intervals.position_count as bigint) as position_count,
    cast(items_with_intervals.unread_count as bigint) as unread_count
from items_with_intervals
