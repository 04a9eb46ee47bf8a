"""A cycle's curve on the band of the cycles before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped, facts, quantity, words
from dashboards.telemetry import charts as charts
from dashboards.telemetry import queries as queries
from dashboards.telemetry.filters import Filters, one_control
from dashboards.telemetry.variance import COLUMNS as VARIANCE_COLUMNS
from dashboards.telemetry.wording import stages_in_words

WINDOW_DAYS = 14


def show(release: Release, filters: Filters) -> None:
    """Ask for a control and a cycle of it, then show that cycle on its band."""
    left, middle, right = st.columns([3, 4, 4], vertical_alignment="bottom")
    with left:
        control = one_control(release, filters, "machine")
    if control is None:
        empty("No control is selected.")
        return
    cycles = asking(release)(queries.CYCLES, control_id=control, **filters.days())
    if not len(cycles):
        empty(f"{escaped(control)} has no cycles on these days.", "Choose other days above.")
        return
    rows = {row["cycle_id"]: row for row in worst_first(cycles)}
    with middle:
        cycle_id = st.selectbox(
            "Cycle (furthest from its baseline first)",
            list(rows),
            format_func=lambda name: cycle_label(rows[name]) if name in rows else name,
            key="cycle",
            bind="query-params",
        )
    with right:
        metric: charts.Metric = st.segmented_control(
            "Curve",
            list(charts.METRICS),
            default="power",
            required=True,
            format_func=words,
            key="curve",
            bind="query-params",
        )
    cycle_on_band(release, rows[cycle_id], metric)


def cycle_on_band(release: Release, cycle: dict[str, Any], metric: charts.Metric) -> None:
    """Show a cycle's curve on the p05-p95 band of its control's earlier cycles, and its figures."""
    ask = asking(release)
    curve = ask(queries.CURVE, cycle_id=cycle["cycle_id"])
    if not len(curve):
        empty("This cycle has no curve: none of its stages has enough readings.")
        return
    band = ask(queries.BAND, cycle_id=cycle["cycle_id"], window_days=WINDOW_DAYS)
    stages = stages_in_order(cycle.get("stage_sequence"), curve)
    left, right = st.columns([3, 2])
    with left:
        st.altair_chart(charts.band_chart(curve, band, stages, metric), key="band_chart")
        earlier = max(band["cycle_count"].to_pylist(), default=0)
        st.caption(
            f"Band: 5 to 95 % of {earlier} valid cycles in the {WINDOW_DAYS} days before; dashed: "
            "their median. Each stage is stretched to the same width."
            if earlier
            else "No earlier valid cycle: there is no band yet."
        )
    with right:
        st.html(
            facts(
                {
                    "Class": words(cycle["variance_class"]),
                    "Worst z": quantity(cycle["worst_z"], digits=2),
                    "Started": f"{cycle['started_at']:%Y-%m-%d %H:%M:%S}",
                    "Duration": quantity(cycle["duration_s"], "s"),
                    "Energy": quantity(cycle["energy_wh"], "Wh"),
                    "Mean power": quantity(cycle["mean_power_w"], "W"),
                    "Max power": quantity(cycle["max_power_w"], "W"),
                    "Mean temp.": quantity(cycle["mean_temperature_c"], "°C"),
                    "Valid": "yes" if cycle["is_valid"] else "no",
                }
            )
        )
    part("By stage")
    columns = VARIANCE_COLUMNS | {"cycle_id": None}
    stages = ask(queries.CYCLE_VARIANCE, cycle_id=cycle["cycle_id"])
    table(stages_in_words(stages), "cycle_stages", columns)


def worst_first(cycles: pa.Table) -> list[dict[str, Any]]:
    """Return cycles, the one furthest from its baseline first."""
    oldest = datetime.min
    return sorted(
        cycles.to_pylist(),
        key=lambda row: (-(row["worst_z"] or 0), -((row["started_at"] or oldest) - oldest).days),
    )


def cycle_label(row: dict[str, Any]) -> str:
    """Return what a person chooses a cycle by."""
    z = "" if row["worst_z"] is None else f", z {row['worst_z']:.1f}"
    variance_class = words(row["variance_class"]).lower()
    return f"{row['started_at']:%d %b %H:%M} · {variance_class}{z} · {row['cycle_id']}"


def stages_in_order(sequence: str | None, curve: pa.Table) -> list[str]:
    """Return a cycle's stages in the order it ran through them, each once."""
    present = curve["stage"].unique().to_pylist()
    named = [stage for stage in dict.fromkeys((sequence or "").split(">")) if stage in present]
    return named + [stage for stage in present if stage not in named]
