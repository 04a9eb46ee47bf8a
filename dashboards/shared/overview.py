"""Overview: is everything well, how fresh is it, what did it cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import ago, duration, escaped, percent, usd, words
from dashboards.shared import overview_products, overview_state
from dashboards.shared import overview_queries as queries

RUN_COLUMNS = {
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
    "status": "Status",
    "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
    "calls": st.column_config.NumberColumn("Calls", format="localized"),
    "cached": st.column_config.NumberColumn("From cache", format="localized"),
    "usd": st.column_config.NumberColumn("USD", format="$%.4f"),
    "release_id": st.column_config.NumberColumn("Release", format="%d"),
    "message": "Message",
    "run_id": "Run",
}
GOOD = ("success", "warn", "pass")


def show(release: Release) -> None:
    """Show health, products, gates, freshness, runs and spend."""
    with guarded("The state of the lakehouse"):
        _health(release)
    overview_products.products(release)
    left, right = st.columns([3, 2], gap="medium")
    with left, guarded("Gates"):
        overview_state.gates(release)
    with right, guarded("Freshness"):
        overview_state.freshness(release)
    with guarded("The last runs"):
        part("Last runs")
        runs = asking(release)(queries.LAST_RUNS)
        table(runs, "last_runs", RUN_COLUMNS) if len(runs) else empty("No run is recorded.")


def _health(release: Release) -> None:
    ask = asking(release)
    last = next(iter(ask(queries.LAST_RUN).to_pylist()), None)
    spend = ask(queries.SPEND, today=datetime.now(UTC).date()).to_pylist()[0]
    newest = next(iter(ask(queries.FRESHNESS)["newest_record_at"].to_pylist()), None)
    _verdict(last)
    asked = (spend["calls"] or 0) + (spend["cached"] or 0)
    cached = (spend["cached"] or 0) / asked if asked else None
    figures = {
        "Last run": (
            words(last["status"]) if last else "None yet",
            f"{ago(last['started_at'])}, took {duration(last['seconds'])}" if last else "make run",
        ),
        "Newest record": (
            ago(newest),
            f"{newest:%Y-%m-%d %H:%M} UTC" if newest else "nothing landed",
        ),
        "LLM spend": (usd(spend["usd"] or 0.0), f"{usd(spend['week_usd'] or 0.0)} in 7 days"),
        "From cache": (percent(cached), f"saved {usd(spend['saved_usd'] or 0.0)}"),
    }
    for column, (name, (value, note)) in zip(st.columns(4), figures.items(), strict=True):
        column.metric(name, value, delta=note, delta_color="off", delta_arrow="off", border=True)
    if spend["has_offline_answers"]:
        st.caption("LLM answers in this release come from the embedded offline rules, not a model.")


def _verdict(last: dict[str, Any] | None) -> None:
    if last is None or last["status"] in GOOD:
        return
    if last["status"] == "running":
        st.info(
            "A run is going on; this release stays until it has passed.", icon=":material/sync:"
        )
        return
    why = f" {escaped(last['message'])}" if last["message"] else ""
    st.warning(
        f"**The last run did not release.** Pages show the last good release.{why}",
        icon=":material/warning:",
    )
    link_to("runs", "What happened in that run", run=last["run_id"])
