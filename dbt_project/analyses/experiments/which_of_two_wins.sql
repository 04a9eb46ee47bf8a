-- Templates and models before judges side by side: how often the second wins.
select
    win_rates.cohort_id,
    win_rates.factor,
    win_rates.item_a,
    win_rates.item_b,
    win_rates.win_rate,
    win_rates.low,
    win_rates.high,
    win_rates.verdict,
    win_rates.combo_count,
    win_rates.position_count
from experiments.win_rates
where win_rates.judge = 'all'
order by win_rates.cohort_id, win_rates.factor, abs(win_rates.win_rate - 0.5) desc
