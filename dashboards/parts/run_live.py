"""The build that holds the lake now, phase by phase, whoever started it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.text import duration, escaped
from dashboards.shared import runs_queries as queries
from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError
from python_models.release.run_states import settle

PHASES = pa.schema(
    [
        ("phase", pa.string()),
        ("status", pa.string()),
        ("nodes", pa.int64()),
        ("seconds", pa.float64()),
        ("rows_in", pa.int64()),
        ("rows_out", pa.int64()),
        ("calls", pa.int64()),
        ("cached", pa.int64()),
        ("usd", pa.float64()),
    ]
)


def build_in_progress(columns: dict[str, Any]) -> bool:
    """Show the phases of the build that is going on; says whether there is one."""
    if not lake().journal_db.exists():
        return False  # a copy of released files alone: nothing is built here
    settle()
    held = lock.holder()
    if held is None:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("Building", color="blue", icon=":material/progress_activity:")
        st.markdown(f"**{escaped(held.command)}**", width="content")
        st.caption(f"process {held.pid}, for {duration(held.age_seconds())}", width="content")
    phases = live_phases()
    if phases:
        rows = pa.Table.from_pylist(phases, PHASES)
        st.dataframe(rows, hide_index=True, column_config=columns, placeholder="–")
    return True


def live_phases() -> list[dict[str, Any]]:
    """Return the phases of the run going on, with what its LLM steps spent so far."""
    try:
        running = journal.rows(queries.LIVE_RUN)
        if not running:
            return []
        key = {"invocation_id": running[0]["invocation_id"]}
        phases = journal.rows(queries.LIVE_PHASES, key)
        has_ledger = journal.rows(queries.LIVE_LEDGER)
        spent = journal.rows(queries.LIVE_SPENT, key) if has_ledger else []
    except (sqlite3.Error, SettingsError):
        return []  # the next look comes in two seconds
    by_phase = {row.pop("phase"): row for row in spent}
    return [row | by_phase.get(row["phase"], {}) for row in phases]
