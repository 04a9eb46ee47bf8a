"""Release files that this process has open, one connection each."""

from __future__ import annotations

import threading
from pathlib import Path
from weakref import WeakValueDictionary

import duckdb

from python_models.release.reader import open_release

# DuckDB keeps one database for all connections of a process to a file, and a locked-down one
# cannot be locked down again: as long as anybody holds a connection, that one is given
_opened: WeakValueDictionary[str, duckdb.DuckDBPyConnection] = WeakValueDictionary()
_opening = threading.Lock()


def shared_connection(path: str) -> duckdb.DuckDBPyConnection:
    """Return the connection to a release file; threads take a `cursor()` of it for each query."""
    with _opening:
        connection = _opened.get(path)
        if connection is None:
            connection = _opened[path] = open_release(Path(path))
        return connection
