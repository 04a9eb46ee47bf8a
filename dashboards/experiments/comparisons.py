"""Two by two: whether templates, models and versions of a template differ, in words."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import pairs
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import paragraphs

COMPARISONS = """
select
    factor,
    sentence,
    verdict,
    item_a,
    item_b,
    mean_a,
    mean_b,
    difference,
    low,
    high,
    p_value,
    p_adjusted,
    place_count,
    combo_count,
    concept_count
from experiments.comparisons
where cohort_id = $cohort
order by factor, p_adjusted nulls last, item_a, item_b
"""
FACTORS = {
    "draft_template": "Draft templates",
    "essay_template": "Essay templates",
    "generation_model": "Writing models",
    "draft_version": "Versions of draft templates",
    "essay_version": "Versions of essay templates",
    "evaluation_version": "Versions of evaluation templates",
}
NUMBER = st.column_config.NumberColumn
SHARE = st.column_config.ProgressColumn
COLUMNS = {
    "factor": None,
    "name": None,
    "value": None,
    "sentence": None,  # stands above the table, where none of it is cut
    "verdict": "Second is",
    "item_a": "First",
    "item_b": "Second",
    "mean_a": SHARE("Mean of first", format="percent", min_value=0, max_value=1),
    "mean_b": SHARE("Mean of second", format="percent", min_value=0, max_value=1),
    "difference": NUMBER("Difference", format="percent"),
    "low": NUMBER("95 % from", format="percent"),
    "high": NUMBER("to", format="percent"),
    "p_value": NUMBER("p", format="%.4f"),
    "p_adjusted": NUMBER("p of all", format="%.4f", help="Adjusted for all of its kind (Holm)"),
    "place_count": NUMBER("Places", format="%d", help="All but what is compared is the same"),
    "combo_count": NUMBER("Combinations", format="%d"),
    "concept_count": NUMBER("Concepts", format="%d", help="What the interval rests on"),
}
MOST_SHOWN = 20  # in words, and in a chart


def show(release: Release, chosen: Chosen) -> None:
    """Show what differs in words, as intervals, as a table; then what wins side by side."""
    _scored(release, chosen)
    pairs.show(release, chosen)


def _scored(release: Release, chosen: Chosen) -> None:
    rows = asking(release)(COMPARISONS, cohort=chosen.cohort).to_pylist()
    if not rows:
        empty(
            "Nothing can be compared here.",
            "It takes two templates or models with scores at the same places.",
        )
        return
    found = [factor for factor in FACTORS if any(row["factor"] == factor for row in rows)]
    factor = st.selectbox(
        "Compare",
        found,
        format_func=lambda name: FACTORS[name],
        key="factor",
        bind="query-params",
    )
    _factor([row for row in rows if row["factor"] == factor])


def _factor(rows: list[dict[str, Any]]) -> None:
    shown = [
        row | {"name": f"{row['item_b']} less {row['item_a']}", "value": row["difference"]}
        for row in rows
        if row["low"] is not None
    ]
    part(
        "Is the difference one?",
        "Paired at the same places, by Student with concepts as clusters (jackknife).",
    )
    said = (paragraphs(row["sentence"], "margin:0 0 0.35rem") for row in rows[:MOST_SHOWN])
    st.html("".join(said))
    table(pa.Table.from_pylist(rows), "comparisons", COLUMNS)
    if shown:
        drawn = pa.Table.from_pylist(
            [row | {"n": row["place_count"]} for row in shown[:MOST_SHOWN]]
        )
        title = "Difference, share of the scale"
        chart = charts.intervals(drawn, title, counted="Places")
        st.altair_chart(chart, key="comparison_intervals")
