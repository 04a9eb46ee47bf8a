"""The build that holds the lake now, phase by phase, whoever started it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.live_phases import LiveRun, live_run
from dashboards.parts.text import duration, escaped, so_far
from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from python_models.release.run_states import settle

NUMBER = st.column_config.NumberColumn
PHASES = pa.schema(
    [
        ("product", pa.string()),
        ("phase", pa.string()),
        ("status", pa.string()),
        ("share", pa.float64()),
        ("nodes", pa.string()),
        ("rows", pa.string()),
        ("calls", pa.int64()),
        ("cached", pa.int64()),
        ("usd", pa.float64()),
        ("left", pa.string()),
    ]
)
COLUMNS: dict[str, Any] = {
    "product": "Product",
    "phase": "Phase",
    "status": st.column_config.TextColumn("Status", width=165),
    "share": st.column_config.ProgressColumn("Done", format="%.0f %%", min_value=0, max_value=100),
    "nodes": "Nodes",
    "rows": st.column_config.TextColumn(
        "Rows", help="made so far; answers of those wanted", width=140
    ),
    "calls": NUMBER("Calls", format="localized"),
    "cached": NUMBER("From cache", format="localized"),
    "usd": NUMBER("USD so far", format="$%.4f"),
    "left": st.column_config.TextColumn("Still takes", help="as its nodes took the last time"),
}


def build_in_progress() -> bool:
    """Show the phases of the build that is going on; says whether there is one."""
    if not lake().journal_db.exists():
        return False  # a copy of released files alone: nothing is built here
    settle()
    held = lock.holder()
    if held is None:
        st.empty()  # in its place at once: what is only left out stays until the page is drawn
        return False
    with st.container():
        _show(held)
    return True


def _show(held: lock.Holder) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("Building", color="blue", icon=":material/progress_activity:")
        st.markdown(f"**{escaped(held.command)}**", width="content")
        st.caption(f"process {held.pid}, for {duration(held.age_seconds())}", width="content")
    run = live_run()
    if run is None or not run.phases:
        st.caption("It lands and prepares; its phases are known when the build begins.")
        return
    st.progress(min(1.0, run.nodes_done / max(run.nodes, 1)), text=_said(run))
    rows = pa.Table.from_pylist(run.phases, PHASES)
    st.dataframe(rows, hide_index=True, column_config=COLUMNS, placeholder="–", height="content")


def _said(run: LiveRun) -> str:
    left = f", about {so_far(run.eta_seconds)} left" if run.eta_seconds else ""
    usd = sum(row["usd"] or 0.0 for row in run.phases)
    calls = sum(row["calls"] or 0 for row in run.phases)
    spent = f"; {calls:,} calls, \\${usd:.4f} so far" if calls else ""
    return f"{run.nodes_done:,} of {run.nodes:,} models{left}{spent}"
