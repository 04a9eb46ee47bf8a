"""Knowledge page: what the corpus holds, and what came of it."""

from __future__ import annotations

import streamlit as st

from dashboards.knowledge import ask, document, entity, graph, grid, state
from dashboards.parts.page import empty, guarded
from dashboards.parts.release import Release

SECTIONS = {
    "Ask": ask.show,
    "Document": document.show,
    "Graph": graph.show,
    "Entity": entity.show,
    "Grid": grid.show,
    "State": state.show,
}


def show(release: Release | None) -> None:
    """Show the open section."""
    if release is None:
        empty("Nothing has been released yet.", "Make a release: `make run DOMAIN=knowledge`.")
        return
    tabs = st.tabs(list(SECTIONS), key="view", on_change="rerun", bind="query-params")
    for tab, (name, section) in zip(tabs, SECTIONS.items(), strict=True):
        if tab.open:
            with tab, guarded(name):
                section(release)
