"""A DuckDB database for gates to judge."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest


@pytest.fixture
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database, in UTC as the build's."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
