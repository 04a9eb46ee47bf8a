"""The release a page shows: resolved once per script run, opened read-only, answers cached by it.

A release database is written under a new name and never changed, so its path is the whole
identity of what a query can return: a cache entry never has to be thrown away for being stale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

from dashboards.parts.opened import shared_connection
from python_models.release.console import Limits, run_select
from python_models.release.reader import release_path

CONSOLE_ROW_LIMIT = 10_000
CONSOLE_SECONDS = 20.0
SHOWN_RELEASE = "select release_id, created_at from ops.releases where is_current"


@dataclass(frozen=True)
class Release:
    """One released state; `path` is the file behind the pointer when the script run began."""

    path: str
    release_id: str
    created_at: datetime | None


def current_release() -> Release:
    """Return the release the pointer names now.

    Raises:
        NothingReleased: there is none yet.
    """
    path = str(release_path())
    shown = rows_of(path, SHOWN_RELEASE).to_pylist()
    if not shown:  # nothing was ever released, but runs are recorded
        return Release(path, "none yet", None)
    return Release(path, str(shown[0]["release_id"]), shown[0]["created_at"])


def query(release: Release, sql: str, **parameters: Any) -> pa.Table:
    """Return the rows of a statement with bound parameters, from the cache when asked before."""
    return rows_of(release.path, sql, tuple(sorted(_hashable(parameters).items())))


@st.cache_resource(max_entries=4, show_spinner=False)
def _connection(path: str) -> duckdb.DuckDBPyConnection:
    return shared_connection(path)


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a cursor on a release file that this reader may open: a process opens a file once."""
    return _connection(str(path)).cursor()


@st.cache_data(max_entries=600, show_spinner=False)
def rows_of(path: str, sql: str, parameters: tuple[tuple[str, Any], ...] = ()) -> pa.Table:
    """Return the rows of a statement on one release file.

    Each call takes a cursor of its own: a connection shared by threads gives one session the
    rows of another.
    """
    bound = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters}
    with _connection(path).cursor() as cursor:
        return cursor.execute(sql, bound or None).to_arrow_table()


def whole_table(release: Release, sql: str, name: str) -> Callable[[], pa.Table]:
    """Return a function that reads all rows of a table when it is called, past the cache."""
    connection = _connection(release.path)

    def read() -> pa.Table:
        with connection.cursor() as cursor:
            return cursor.execute(sql, {"name": name}).to_arrow_table()

    return read


def console_rows(release: Release, text: str) -> pa.Table:
    """Return at most CONSOLE_ROW_LIMIT + 1 rows of one SELECT typed by a person.

    Raises:
        StatementRefused: it is empty, several statements, or not a SELECT.
        QueryFailed: DuckDB could not run it.
        QueryStopped: it took more time, memory or room than a query may.
    """
    limits = Limits(seconds=CONSOLE_SECONDS, rows=CONSOLE_ROW_LIMIT + 1)
    return run_select(Path(release.path), text, limits)


def _hashable(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
