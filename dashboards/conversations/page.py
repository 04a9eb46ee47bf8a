"""Conversations page: where each came from, how good it is, and what becomes of it."""

from __future__ import annotations

import streamlit as st

from dashboards.conversations import copies, datasets, quality, sets, upload
from dashboards.conversations import queries as queries
from dashboards.parts.figures import show_figures
from dashboards.parts.page import asking, empty, guarded
from dashboards.parts.release import Release
from dashboards.parts.text import count, some

SECTIONS = {
    "Quality": quality.show,
    "Datasets": datasets.show,
    "Duplicates": copies.show,
    "Sets and export": sets.show,
    "Upload": upload.show,
}


def show(release: Release) -> None:
    """Show the headline and the open section."""
    with guarded("Conversations"):
        _headline(release)
    tabs = st.tabs(tuple(SECTIONS), key="view", on_change="rerun", bind="query-params")
    for tab, name in zip(tabs, SECTIONS, strict=True):
        if tab.open:
            with tab, guarded(name):
                SECTIONS[name](release)


def _headline(release: Release) -> None:
    row = asking(release)(queries.FIGURES).to_pylist()[0]
    if not row["record_count"]:
        empty("This release holds no conversations.", "Declare a dataset and `make run`.")
        return
    left_out = row["record_count"] - row["kept_count"]
    duplicates = asking(release)(queries.DUPLICATES).column(0)[0].as_py()
    figures = {
        "Records": (count(row["record_count"]), f"in {some(row['dataset_count'], 'dataset')}"),
        "Kept": (count(row["kept_count"]), f"{count(left_out)} left out"),
        "Premium": (count(row["premium_count"]), f"{count(row['pending_count'])} to be judged"),
        "Duplicates": (count(duplicates), "exact or near"),
        "Flagged for care": (count(row["care_count"]), "never dropped for it"),
    }
    show_figures(figures)
