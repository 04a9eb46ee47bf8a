"""Experiments page: which ideas, templates and models do best, and can the judges be trusted."""

from __future__ import annotations

import streamlit as st

from dashboards.experiments import (
    agreement,
    asking_form,
    comparisons,
    lineage,
    rating,
    scores,
    studies,
    time,
    variance,
)
from dashboards.experiments import (
    cohorts as experiments_cohorts,
)
from dashboards.experiments import queries as queries
from dashboards.experiments.filters import ALL, Chosen, cohort_names
from dashboards.parts.figures import show_figures
from dashboards.parts.page import asking, empty, guarded
from dashboards.parts.release import Release
from dashboards.parts.text import count, percent, some, usd

SECTIONS = {
    "Cohorts": experiments_cohorts.show,
    "Scores": scores.show,
    "Lineage": lineage.show,
    "Comparisons": comparisons.show,
    "Agreement": agreement.show,
    "Variance": variance.show,
    "Versions & models": time.show,
    "Rate": rating.show,
    "Studies": studies.show,
    "Ask": asking_form.show,
}


def show(release: Release) -> None:
    """Show the cohort chosen, its headline and the open section."""
    if release is None:
        return
    cohorts = asking(release)(queries.COHORTS).to_pylist()
    if not cohorts:
        empty(
            "This release holds no cohort.", "Land a study first: `make land DOMAIN=experiments`."
        )
        with guarded("Studies"):
            studies.show(release, Chosen(ALL, {}))
        return
    names = cohort_names(cohorts)
    cohort = st.selectbox(
        "Cohort",
        [ALL, *names],
        format_func=lambda cohort_id: names.get(cohort_id, "All cohorts"),
        key="cohort",
        bind="query-params",
    )
    with guarded("Headline"):
        _headline(release, cohort)
    tabs = st.tabs(list(SECTIONS), key="view", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, SECTIONS.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release, Chosen(cohort, names))


def _headline(release: Release, cohort: str) -> None:
    row = asking(release)(queries.HEADLINE, cohort=cohort).to_pylist()[0]
    unread = row["evaluation_count"] - row["score_count"]
    asked = row["generation_count"] + row["comparison_count"]
    waiting = row["pending_count"] + row["comparison_pending_count"]
    cost = (row["cost_usd"] or 0) + (row["comparison_cost_usd"] or 0)
    told = f"{usd(cost)}, {count(waiting)} waiting"
    if row["comparison_count"]:
        told += f", {count(row['comparison_count'])} of pairs ({usd(row['comparison_cost_usd'])})"
    figures = {
        "Essays judged": (count(row["essay_count"]), f"by {some(row['judge_count'], 'judge')}"),
        "Scores": (count(row["score_count"]), f"{count(unread)} answers without one"),
        "Mean score": (percent(row["mean_share"]), "of the scale"),
        "Generations": (count(asked), told),
    }
    show_figures(figures)
