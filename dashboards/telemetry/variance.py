"""Variance heat map, control by day, and the stages behind a cell."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped, some
from dashboards.telemetry import charts as charts
from dashboards.telemetry import variance_queries as queries
from dashboards.telemetry.filters import Filters
from dashboards.telemetry.wording import stages_in_words

COLUMNS = {
    "control_id": "Control",
    "cycle_id": "Cycle",
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
    "stage": "Stage",
    "variance_class": "Class",
    "metric": "Decided by",
    "direction": "Direction",
    "value": st.column_config.NumberColumn("Value", format="%.4g"),
    "baseline_median": st.column_config.NumberColumn("Baseline", format="%.4g"),
    "robust_z": st.column_config.NumberColumn("Robust z", format="%.1f"),
    "deviation_pct": st.column_config.NumberColumn("Deviation", format="%.1f %%"),
    "coefficient_of_variation": st.column_config.NumberColumn("CV", format="%.3f"),
    "drift_z": st.column_config.NumberColumn("Drift z", format="%.1f"),
    "cycle_date": None,
}
MOST_NAMES = 5
CLASSES = ["critical", "high", "watch", "normal", "insufficient_history"]


def show(release: Release, filters: Filters) -> None:
    """Show the map and, below it, the stages of the clicked day or of all days."""
    ask = asking(release)
    days = ask(queries.VARIANCE_MAP, **filters.bound())
    series = ask(queries.UNJUDGED_SERIES, **filters.bound())["control_id"].to_pylist()
    if series:
        names = ", ".join(series[:MOST_NAMES]) + (", ..." if len(series) > MOST_NAMES else "")
        st.caption(
            f"{some(len(series), 'machine')} without cycles ({escaped(names)}) "
            f"{'is' if len(series) == 1 else 'are'} not on this map: each reading of theirs is "
            "judged by itself, under Sensor anomalies."
        )
    if not len(days):
        empty("No cycle was judged on these days.", "Choose other days above.")
        return
    event = st.altair_chart(
        charts.variance_map(days), key="variance_map", on_select="rerun", selection_mode="cell"
    )
    st.caption("A cell is the worst class of a control's cycles that day. Click one to see why.")
    rows = ask(queries.VARIANCE_ROWS, **filters.bound())
    cell = picked_cell(event)
    if cell:
        control, day = cell
        rows = rows.filter(
            pc.and_(pc.equal(rows["control_id"], control), pc.equal(rows["cycle_date"], day))
        )
        part(f"{escaped(control)}, {day:%d %b %Y}")
    else:
        part("Stages furthest from their baseline")
    _stages(rows)


def _stages(rows: pa.Table) -> None:
    known = rows["variance_class"].unique().to_pylist()
    chosen = st.pills(
        "Class",
        [name for name in CLASSES if name in known],
        selection_mode="multi",
        format_func=lambda name: name.replace("_", " "),
        key="class",
        bind="query-params",
        label_visibility="collapsed",
    )
    if chosen:
        rows = rows.filter(pc.is_in(rows["variance_class"], pa.array(chosen)))
    table(stages_in_words(rows), "variance", COLUMNS)


def picked_cell(event: Any) -> tuple[str, date] | None:
    """Return the control and day of the clicked cell, whatever form the browser gave the day."""
    picked = (event or {}).get("selection", {}).get("cell") or []
    if not picked:
        return None
    control, day = picked[0].get("control_id"), picked[0].get("cycle_date")
    if isinstance(day, int | float):
        return str(control), datetime.fromtimestamp(day / 1000, UTC).date()
    try:
        return str(control), date.fromisoformat(str(day)[:10])
    except ValueError:
        return None
