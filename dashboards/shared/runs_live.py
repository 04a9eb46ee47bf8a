"""The journal's runs as they are now: one that was killed or never began is in no release.

The tables of `ops` are computed once for each state of the journal, for all sessions.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

from ingestion.lakehouse.lake import lake
from python_models.release import live
from python_models.release.run_states import settle


def live_rows(sql: str, **parameters: Any) -> pa.Table:
    """Return the rows of a query on `ops.runs` and `ops.node_runs` as the journal has them now."""
    settle()  # a killed run is one before the state is looked at
    return _rows(_state(), sql, tuple(sorted(parameters.items())))


def _state() -> tuple[tuple[str, int, int], ...]:
    """What changes with every commit to the journal, and with another lake."""
    path = lake().journal_db
    files = [one for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()]
    return tuple((str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files)


@st.cache_data(max_entries=200, ttl=600, show_spinner=False)
def _rows(
    state: tuple[tuple[str, int, int], ...], sql: str, parameters: tuple[tuple[str, Any], ...]
) -> pa.Table:
    # a cursor of its own: sessions ask at once
    return _ops(state).cursor().execute(sql, dict(parameters) or None).to_arrow_table()


# a page asks five things of one state, and each state takes a second of CPU
@st.cache_resource(max_entries=1, ttl=600, show_spinner=False)
def _ops(state: tuple[tuple[str, int, int], ...]) -> duckdb.DuckDBPyConnection:
    return live.open_ops()
