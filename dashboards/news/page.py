"""News page: the report, and for every item why it is in it or is not."""

from __future__ import annotations

import streamlit as st

from dashboards.news import compare, funnel, health, queries, report, stories, why_not
from dashboards.news.wording import labels_of
from dashboards.parts.page import asking, empty, guarded
from dashboards.parts.release import Release

SECTIONS = {
    "Report": report.show,
    "Funnel": funnel.show,
    "Why not?": why_not.show,
    "Stories": stories.show,
    "Sources": health.show,
    "Compare": compare.show,
}


def show(release: Release | None) -> None:
    """Show the run chosen and the open section; a run that is going on needs no release."""
    if release is None:
        funnel.live()
        return
    reports = {row["run_id"]: row for row in asking(release)(queries.REPORTS).to_pylist()}
    if not reports:
        funnel.live()
        empty("This release holds no report.", "Make one: `make news`.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox(
            "Report",
            list(reports),
            format_func=labels_of(reports),
            key="run",
            bind="query-params",
            width=420,
        )
    tabs = st.tabs(list(SECTIONS), key="view", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, SECTIONS.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release, reports, run)
