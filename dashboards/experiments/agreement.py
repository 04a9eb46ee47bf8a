"""How far judges agree: all together, each pair, and each against the others."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import judge_queries as queries
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table, worded
from dashboards.parts.text import words

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "evaluator_a": "Judge",
    "evaluator_b": "With",
    "statistic": "Statistic",
    "name": None,
    "value": NUMBER("Value", format="%.3f"),
    "low": NUMBER("95 % from", format="%.3f"),
    "high": NUMBER("to", format="%.3f"),
    "n": NUMBER("Essays", format="%d"),
    "reason": "Why not",
}
OF_ALL = {
    "alpha_interval": "Krippendorff's alpha, interval",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "icc2": "ICC(2,1), one judge",
    "icc2k": "ICC(2,k), mean of all",
    "icc3": "ICC(3,1), bias left out",
}
OF_PAIRS = {
    "pearson": "Pearson",
    "spearman": "Spearman",
    "kappa_quadratic": "Cohen's kappa, weighted",
}
OTHERS = {
    "alpha_nominal": "Krippendorff's alpha, nominal",
    "icc1": "ICC(1,1), one judge of any",
    "icc1k": "ICC(1,k), mean of any judges",
    "icc3k": "ICC(3,k), mean of all, bias left out",
    "kappa": "Cohen's kappa",
    "leniency": "Above the others",
}


def show(release: Release, chosen: Chosen) -> None:
    """Show statistics of all judges, pairs side by side, and who is harsh."""
    rows = asking(release)(queries.AGREEMENT, cohort=chosen.cohort).to_pylist()
    if not rows:
        empty("Fewer than two judges scored this cohort.", "Agreement needs two models that judge.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        part("All judges", "1 is full agreement, 0 what chance gives.")
        found = [
            row | {"name": OF_ALL[row["statistic"]]}
            for row in rows
            if row["statistic"] in OF_ALL and row["value"] is not None
        ]
        _intervals(
            sorted(found, key=lambda row: list(OF_ALL.values()).index(row["name"])), "Agreement"
        )
    with right:
        part("Harsh or lenient", "By how much a judge is above the others on the same essays.")
        found = [
            row | {"name": row["evaluator_a"]}
            for row in rows
            if row["statistic"] == "leniency" and row["value"] is not None
        ]
        _intervals(sorted(found, key=lambda row: row["value"]), "Above the others")
    _pairs(release, chosen, rows)
    part("All statistics")
    said = worded(pa.Table.from_pylist(rows), "statistic", statistic_words)
    table(said, "agreement", COLUMNS)


def statistic_words(name: str) -> str:
    """Return what a statistic is called in the literature."""
    return OF_ALL.get(name) or OF_PAIRS.get(name) or OTHERS.get(name) or words(name)


def _intervals(rows: list[dict[str, Any]], title: str) -> None:
    if not rows:
        empty("The scores do not allow it.", "Judges need common essays with scores that differ.")
        return
    st.altair_chart(charts.intervals(pa.Table.from_pylist(rows), title), key=f"intervals_{title}")


def _pairs(release: Release, chosen: Chosen, rows: list[dict[str, Any]]) -> None:
    pairs = sorted(
        {(r["evaluator_a"], r["evaluator_b"]) for r in rows if r["statistic"] in OF_PAIRS}
    )
    if not pairs:
        return
    part("Two judges on the same essays")
    names = [f"{one} and {two}" for one, two in pairs]
    name = st.selectbox("Judges", names, key="judges", bind="query-params")
    one, two = pairs[names.index(name)]
    left, right = st.columns([3, 2], gap="large")
    with left:
        points = asking(release)(
            queries.JUDGED_TWICE, cohort=chosen.cohort, judge_a=one, judge_b=two
        )
        if len(points):
            st.altair_chart(charts.judges_scatter(points, one, two), key="judges_scatter")
        else:
            empty("These two judged no essay in common.")
    with right:
        found = [
            row | {"name": OF_PAIRS[row["statistic"]]}
            for row in rows
            if (row["evaluator_a"], row["evaluator_b"]) == (one, two)
            and row["statistic"] in OF_PAIRS
            and row["value"] is not None
        ]
        _intervals(found, "Agreement")
