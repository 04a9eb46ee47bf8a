"""Overview: is everything well, how fresh is it, what did it cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboards.parts.figures import show_figures
from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, guarded, part
from dashboards.parts.release import Release
from dashboards.parts.severity import status_words
from dashboards.parts.tables import table, worded
from dashboards.parts.text import ago, duration, escaped, percent, usd
from dashboards.shared import overview_morning, overview_products, overview_state
from dashboards.shared import overview_queries as queries
from ingestion.lakehouse.settings import settings

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
DAYS_DRAWN = 14  # the last ones that anything was asked on
GOOD = ("success", "warn", "pass")


def show(release: Release) -> None:
    """Show health, products, gates, freshness, runs and spend."""
    with guarded("The state of the lakehouse"):
        _health(release)
    with guarded("This morning"):
        overview_morning.show(release)
    overview_products.products(release)
    left, right = st.columns([3, 2], gap="medium")
    with left, guarded("Gates"):
        overview_state.gates(release)
    with right, guarded("Freshness"):
        overview_state.freshness(release)
    with guarded("The last runs"):
        part("Last runs")
        runs = asking(release)(queries.LAST_RUNS)
        if len(runs):
            table(worded(runs), "last_runs", RUN_COLUMNS)
        else:
            empty("No run is recorded.")


def _health(release: Release) -> None:
    ask = asking(release)
    last = next(iter(ask(queries.LAST_RUN).to_pylist()), None)
    spend = ask(queries.SPEND).to_pylist()[0]
    week = ask(queries.SPEND_SINCE, day=datetime.now(UTC).date() - timedelta(days=7))
    hours = settings().sluice_stale_hours
    ages = ask(queries.FRESHNESS, now=overview_morning.minute(), stale_hours=hours)
    newest = next(iter(ages["newest_record_at"].to_pylist()), None)
    past = ask(queries.TRENDS).to_pylist()[::-1]
    per_day = ask(queries.SPEND_BY_DAY)["usd"].to_pylist()[-DAYS_DRAWN:]
    _verdict(last)
    figures = {
        "Last run": (
            status_words(last["status"]) if last else "None yet",
            f"{ago(last['started_at'])}, took {_took(last, past)}" if last else "make run",
        ),
        "Newest record": (
            ago(newest),
            f"{newest:%Y-%m-%d %H:%M} UTC" if newest else "nothing landed",
        ),
        "LLM spend": (usd(spend["usd"]), f"{usd(week['usd'][0].as_py())} in 7 days"),
        "From cache": (percent(spend["reuse_share"]), f"saved {usd(spend['saved_usd'])}"),
    }
    show_figures(figures, {"Last run": [run["seconds"] or 0 for run in past], "LLM spend": per_day})
    if spend["offline_count"]:
        st.caption("LLM answers in this release come from the embedded offline rules, not a model.")


def _took(last: dict[str, Any], past: list[dict[str, Any]]) -> str:
    """Return how long the last run took, and the one before it."""
    took = duration(last["seconds"])
    return f"{took} (before: {duration(past[-2]['seconds'])})" if len(past) > 1 else took


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
