"""Essays side by side: what wins in both orders, and which judges go by place."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import Ask, asking, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table

WIN_RATES = """
select
    factor,
    item_a,
    item_b,
    judge,
    win_rate,
    low,
    high,
    verdict,
    combo_count,
    result_count,
    b_count,
    a_count,
    tie_count,
    position_count,
    unread_count
from experiments.win_rates
where cohort_id = $cohort
order by factor, item_a, item_b, judge = 'all' desc, judge
"""
POSITION_BIAS = """
select
    evaluation_model_id,
    template_id,
    leans_to,
    consistent_share,
    position_count,
    first_share,
    low,
    high,
    result_count,
    unread_count
from experiments.position_bias
where cohort_id = $cohort
order by consistent_share nulls last, evaluation_model_id, template_id
"""
# what a judge said of a pair in one order and in the other, where the place decided
BY_PLACE = """
select
    pair_results.evaluation_model_id,
    pair_results.item_a,
    pair_results.item_b,
    pair_results.verdict_ab,
    verdicts_ab.reason as reason_ab,
    verdicts_ba.reason as reason_ba,
    pair_results.essay_a_gen_id,
    pair_results.essay_b_gen_id
from experiments.pair_results
inner join experiments.pair_verdicts as verdicts_ab
    on pair_results.gen_id_ab = verdicts_ab.gen_id
inner join experiments.pair_verdicts as verdicts_ba
    on pair_results.gen_id_ba = verdicts_ba.gen_id
where pair_results.cohort_id = $cohort and pair_results.outcome = 'position'
order by
    pair_results.evaluation_model_id, pair_results.item_a, pair_results.item_b,
    pair_results.gen_id_ab
limit 200
"""
NUMBER = st.column_config.NumberColumn
SHARE = st.column_config.ProgressColumn
WIN_COLUMNS = {
    "factor": None,
    "item_a": "First",
    "item_b": "Second",
    "judge": "Judge",
    "win_rate": SHARE("Second wins", format="percent", min_value=0, max_value=1),
    "low": NUMBER("95 % from", format="percent"),
    "high": NUMBER("to", format="percent"),
    "verdict": "Second is",
    "combo_count": NUMBER("Combinations", format="%d", help="What the interval rests on"),
    "result_count": NUMBER("Pairs", format="%d", help="Times judges and templates"),
    "b_count": NUMBER("Won", format="%d", help="By the second, in both orders"),
    "a_count": NUMBER("Lost", format="%d"),
    "tie_count": NUMBER("Ties", format="%d"),
    "position_count": NUMBER("By place", format="%d", help="The same place won in both orders"),
    "unread_count": NUMBER("Without a verdict", format="%d"),
}
BIAS_COLUMNS = {
    "evaluation_model_id": "Judge",
    "template_id": "Template",
    "leans_to": "Leans to the",
    "consistent_share": SHARE("Same in both orders", format="percent", min_value=0, max_value=1),
    "position_count": NUMBER("By place", format="%d"),
    "first_share": NUMBER("To the first", format="percent", help="Half of them without a bias"),
    "low": NUMBER("95 % from", format="percent"),
    "high": NUMBER("to", format="percent"),
    "result_count": NUMBER("Pairs", format="%d"),
    "unread_count": NUMBER("Without a verdict", format="%d"),
}
PLACE_COLUMNS = {
    "evaluation_model_id": "Judge",
    "item_a": "First",
    "item_b": "Second",
    "verdict_ab": "Place that won",
    "reason_ab": st.column_config.TextColumn("Said of first, second", width="medium"),
    "reason_ba": st.column_config.TextColumn("Said of second, first", width="medium"),
    "essay_a_gen_id": st.column_config.TextColumn("Essay", width="small"),
    "essay_b_gen_id": st.column_config.TextColumn("With", width="small"),
}
MOST_SHOWN = 20  # in a chart


def show(release: Release, chosen: Chosen) -> None:
    """Show win rates, position bias and verdicts that changed; nothing without pairs."""
    ask = asking(release)
    rates = ask(WIN_RATES, cohort=chosen.cohort)
    if not len(rates):
        return
    part(
        "Side by side",
        "Judges see two essays that differ in one thing, in both orders. Only what both orders "
        "say is a win; the rest counts half.",
    )
    rows = [
        row | {"name": f"{row['item_b']} over {row['item_a']}", "value": row["win_rate"]}
        for row in rates.to_pylist()
        if row["judge"] == "all" and row["low"] is not None
    ]
    if rows:
        drawn = pa.Table.from_pylist(
            [row | {"n": row["result_count"]} for row in rows[:MOST_SHOWN]]
        )
        title = "How often the second wins"
        chart = charts.intervals(drawn, title, 0.5, (0, 1), "Pairs")
        st.altair_chart(chart, key="win_rate_intervals")
    table(rates, "win_rates", WIN_COLUMNS)
    _bias(ask, chosen)


def _bias(ask: Ask, chosen: Chosen) -> None:
    part(
        "Do judges go by place?",
        "Of pairs whose winner changes with the order, half go to the first without a bias.",
    )
    table(ask(POSITION_BIAS, cohort=chosen.cohort), "position_bias", BIAS_COLUMNS)
    changed = ask(BY_PLACE, cohort=chosen.cohort)
    if len(changed):
        table(changed, "by_place", PLACE_COLUMNS)
