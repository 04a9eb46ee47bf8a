"""Gates and freshness on the overview."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.severity import Level, show_badge
from dashboards.parts.text import ago, capital, count, escaped, some
from dashboards.shared import overview_queries as queries
from dashboards.shared.overview_morning import minute
from ingestion.lakehouse.settings import settings


def gates(release: Release) -> None:
    """Show how each gate ended the last time it stood in a run."""
    part("Gates", "A gate stands between two layers: when it fails, nothing below it is built.")
    gates = asking(release)(queries.GATES).to_pylist()
    if not gates:
        empty("No gate has run yet.")
    kept = [row for row in gates if _gate_look(row)[0] == "good"]
    for row in gates:
        if row in kept:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            show_badge(*_gate_look(row))
            st.markdown(f"**{escaped(gate_name(row['gate']))}**", width="content")
            st.caption(
                f"{some(row['promise_count'], 'promise')}, {count(row['broken_count'])} broken, "
                f"{ago(row['checked_at'])}",
                width="content",
            )
    if kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            show_badge("good", "passed")
            promises = sum(row["promise_count"] for row in kept)
            st.markdown(f"**{some(len(kept), 'gate')}**", width="content")
            st.caption(
                f"{some(promises, 'promise')} kept, {ago(max(r['checked_at'] for r in kept))}",
                width="content",
            )
            with st.popover("Which", type="tertiary"):
                st.markdown("\n".join(f"- {escaped(gate_name(row['gate']))}" for row in kept))
    link_to("quality", "Every promise and what was found")


def _gate_look(row: dict[str, Any]) -> tuple[Level, str]:
    if row["broken_check_count"]:
        return "critical", "check broken"
    if row["critical_count"]:
        return "critical", "stopped"
    return ("warning", "warned") if row["broken_count"] else ("good", "passed")


def gate_name(gate: str) -> str:
    """Return a gate's name as words: gate_telemetry__after_staging -> Telemetry, after staging."""
    domain, _, moment = gate.removeprefix("gate_").partition("__")
    said = moment.replace("_", " ").replace("llm", "LLM")
    return f"{domain.capitalize()}, {said}" if moment else gate


def freshness(release: Release) -> None:
    """Show how old the newest record of each product is, and how many of its sources are late."""
    part("Freshness")
    hours = settings().sluice_stale_hours
    rows = asking(release)(queries.FRESHNESS, now=minute(), stale_hours=hours).to_pylist()
    if not rows:
        empty("Nothing has landed yet.")
    for row in rows:
        late = f", {count(row['stale_count'])} late" if row["stale_count"] else ""
        newest = (
            f"newest record {ago(row['newest_record_at'])} ({escaped(row['newest_source'])})"
            if row["newest_record_at"]
            else f"landed {ago(row['landed_at'])}, its records have no time"
        )
        with st.container(horizontal=True):
            show_badge("warning" if late else "good", "late" if late else "fresh")
            st.markdown(f"**{escaped(capital(row['domain']))}**", width="content")
            st.caption(f"{some(row['source_count'], 'source')}{late}; {newest}", width="content")
