"""Telemetry page: which cycles were not normal, by how much, since when, and what to do."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboards.parts.figures import show_figures
from dashboards.parts.page import asking, empty, guarded
from dashboards.parts.release import Release
from dashboards.parts.text import count, quantity
from dashboards.telemetry import (
    anomalies,
    baseline,
    detection,
    issues,
    readings,
    report,
    run,
    thresholds,
    variance,
)
from dashboards.telemetry import queries as queries
from dashboards.telemetry.filters import Filters, follow_link

SECTIONS = {
    "Power & temperature": readings.show,
    "Variance": variance.show,
    "Baseline": baseline.show,
    "Issues": issues.show,
    "Sensor anomalies": anomalies.show,
    "Detection quality": detection.show,
    "Report": report.show,
    "Thresholds": thresholds.show,
    "Start a run": run.show,
}
WITHOUT_CYCLES = ("Sensor anomalies", "Detection quality", "Thresholds", "Start a run")
DEFAULT_DAYS = 7


def show(release: Release) -> None:
    """Show the filters, the headline and the open section."""
    ask = asking(release)
    span = ask(queries.SPAN).to_pylist()[0]
    if span["first_date"] is None:
        empty("This release holds no cycles.", "Land readings first: `make land`.")
        _sections(release, Filters(date.today(), date.today(), ()), WITHOUT_CYCLES)
        return
    follow_link(release)
    filters = _filters(release, span["first_date"], span["last_date"])
    _headline(release, filters)
    _sections(release, filters, tuple(SECTIONS))


def _sections(release: Release, filters: Filters, names: tuple[str, ...]) -> None:
    """Show the open tab; the others cost nothing until they are opened."""
    tabs = st.tabs(names, key="view", on_change="rerun", bind="query-params")
    for tab, name in zip(tabs, names, strict=True):
        if tab.open:
            with tab, guarded(name):
                SECTIONS[name](release, filters)


def _filters(release: Release, first: date, last: date) -> Filters:
    controls = asking(release)(queries.CONTROLS)["control_id"].to_pylist()
    left, right = st.columns([2, 3])
    with left:
        span = st.date_input(
            "Days",
            value=(max(first, last - timedelta(days=DEFAULT_DAYS - 1)), last),
            min_value=first,
            max_value=last,
            format="YYYY-MM-DD",
            key="days",
            bind="query-params",
        )
    with right:
        chosen = st.multiselect(
            "Controls",
            controls,
            placeholder="All controls",
            key="control",
            bind="query-params",
        )
    from_date, to_date = (span[0], span[-1]) if span else (first, last)
    return Filters(from_date, to_date, tuple(chosen))


def _headline(release: Release, filters: Filters) -> None:
    row = asking(release)(queries.HEADLINE, **filters.bound()).to_pylist()[0]
    cycles, valid = row["cycle_count"], row["valid_count"]
    figures = {
        "Cycles": (count(cycles), f"{count(cycles - valid)} not valid"),
        "Cycles far off": (
            count(row["abnormal_count"]),
            f"{count(row['critical_cycle_count'])} of them critical",
        ),
        "Issues": (count(row["issue_count"]), f"{count(row['critical_issue_count'])} critical"),
        "Energy": (quantity((row["energy_wh"] or 0) / 1000, "kWh"), "in these cycles"),
    }
    show_figures(figures)
