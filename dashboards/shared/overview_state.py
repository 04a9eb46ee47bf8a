"""Gates and freshness on the overview."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.text import ago, count, escaped, some
from dashboards.shared import overview_queries as queries


def gates(release: Release) -> None:
    """Show how each gate ended the last time it stood in a run."""
    part("Gates", "A gate stands between two layers: when it fails, nothing below it is built.")
    gates = asking(release)(queries.GATES).to_pylist()
    if not gates:
        empty("No gate has run yet.")
    for row in gates:
        with st.container(horizontal=True, vertical_alignment="center"):
            verdict, color = _gate_look(row)
            st.badge(verdict, color=color, width=110)
            st.markdown(f"**{escaped(gate_name(row['gate']))}**", width="content")
            st.caption(
                f"{some(row['promise_count'], 'promise')}, {count(row['broken_count'])} broken, "
                f"{ago(row['checked_at'])}",
                width="content",
            )
    link_to("quality", "Every promise and what was found")


def _gate_look(row: dict[str, Any]) -> tuple[str, Literal["violet", "red", "orange", "green"]]:
    if row["broken_check_count"]:
        return "broken check", "violet"
    if row["critical_count"]:
        return "stopped", "red"
    return ("warned", "orange") if row["broken_count"] else ("passed", "green")


def gate_name(gate: str) -> str:
    """Return a gate's name as words: gate_telemetry__after_staging -> Telemetry, after staging."""
    domain, _, moment = gate.removeprefix("gate_").partition("__")
    return f"{domain.capitalize()}, {moment.replace('_', ' ')}" if moment else gate


def freshness(release: Release) -> None:
    """Show how old the newest record of each source is."""
    part("Freshness")
    rows = asking(release)(queries.FRESHNESS).to_pylist()
    if not rows:
        empty("Nothing has landed yet.")
    for row in rows[:8]:
        with st.container(horizontal=True):
            st.markdown(f"**{escaped(row['source'])}**", width="content")
            st.caption(f"newest record {ago(row['newest_record_at'])}", width="content")
