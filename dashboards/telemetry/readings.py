"""Power and temperature over time, cycles and stages marked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped
from dashboards.telemetry import charts as charts
from dashboards.telemetry import queries as queries
from dashboards.telemetry.filters import Filters, one_control

CHART_POINTS = 1200
ALL_DAYS = "All days"
CYCLE_COLUMNS = {
    "cycle_id": "Cycle",
    "started_at": st.column_config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm:ss"),
    "ended_at": None,
    "variance_class": "Class",
    "worst_z": st.column_config.NumberColumn("Worst robust z", format="%.1f"),
    "duration_s": st.column_config.NumberColumn("Seconds", format="%.0f"),
    "energy_wh": st.column_config.NumberColumn("Energy (Wh)", format="%.1f"),
    "mean_power_w": st.column_config.NumberColumn("Mean power (W)", format="%.1f"),
    "max_power_w": st.column_config.NumberColumn("Max power (W)", format="%.1f"),
    "mean_temperature_c": st.column_config.NumberColumn("Mean temp. (°C)", format="%.1f"),
    "is_valid": "Valid",
    "stage_sequence": None,
    "cycle_date": None,
}


def show(release: Release, filters: Filters) -> None:
    """Show one control's curves and its cycles."""
    ask = asking(release)
    left, middle, _ = st.columns([2, 2, 3])
    with left:
        control = one_control(release, filters, "machine")
    if control is None:
        empty("No control is selected.")
        return
    with middle:
        one = {"control_id": control} | _shown_days(release, filters, control)
    span = ask(queries.READING_SPAN, **one).to_pylist()[0]
    if span["first_at"] is None:
        empty(f"{escaped(control)} has no cycles on these days.", "Choose other days above.")
        return
    readings = ask(
        queries.READINGS,
        **one,
        from_at=span["first_at"],
        to_at=span["last_at"],
        bucket_us=bucket_microseconds(span["first_at"], span["last_at"]),
    )
    if not _has_values(readings):
        empty(
            f"{escaped(control)} sends neither power nor temperature.",
            "Its other sensors are judged under Sensor anomalies.",
        )
        return
    cycles = ask(queries.CYCLES, **one)
    stages = ask(queries.STAGES, **one)
    chart = charts.readings_chart(readings, cycles, stages)
    st.altair_chart(chart, key="readings_chart", alt=f"Power and temperature of {control}")
    st.caption(
        "Line: mean of each interval; shade: lowest to highest reading. Background: a cycle, by "
        "its worst stage. Strip: stages. Scroll to zoom, drag to move, double-click to go back."
    )
    with st.expander(f"Cycles of {escaped(control)}"):
        table(cycles, "cycles", CYCLE_COLUMNS)


def _shown_days(release: Release, filters: Filters, control: str) -> dict[str, date]:
    """Ask for one day or all of them; opens on the day furthest from the baseline."""
    ask = asking(release)
    worst = ask(queries.WORST_DAY, control_id=control, **filters.days())["cycle_date"].to_pylist()
    span = (filters.to_date - filters.from_date).days + 1
    days = [str(filters.to_date - timedelta(days=back)) for back in range(span)]
    day = st.selectbox(
        "Day",
        [ALL_DAYS, *days],
        index=days.index(str(worst[0])) + 1 if worst else 0,
        key="day",
        bind="query-params",
    )
    if day == ALL_DAYS:
        return filters.days()
    return {"from_date": date.fromisoformat(day), "to_date": date.fromisoformat(day)}


def _has_values(readings: pa.Table) -> bool:
    known = [pc.any(pc.is_valid(readings[name])).as_py() for name in ("power_w", "temperature_c")]
    return any(known)


def bucket_microseconds(first: datetime, last: datetime) -> int:
    """Return the interval that gives a chart about CHART_POINTS points, a second at least."""
    span = (last - first).total_seconds()
    return int(max(1.0, span / CHART_POINTS) * 1_000_000)
