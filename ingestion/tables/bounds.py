"""Between which clock times the rows of a file lie: only changes of offset there matter."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingestion.tables.instants import TimeSql

_WITHIN = "{} between timestamp '1970-01-01' and timestamp '2100-01-01'"


def bounds_by_place(
    con: duckdb.DuckDBPyConnection, relation: str, time: TimeSql
) -> list[tuple[int, datetime | None, datetime | None]]:
    """Return the `place` of each of several files read as one, and the bounds of its rows."""
    return con.execute(
        f"select place, min({time.local}), max({time.local}) from {time.over(relation)} "
        f"where {_WITHIN.format(time.local)} group by place"
    ).fetchall()


def clock_bounds(
    con: duckdb.DuckDBPyConnection, relation: str, time: TimeSql
) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and latest clock time, within the years a zone has rules for."""
    low, high = con.execute(
        f"select min({time.local}), max({time.local}) from {time.over(relation)} "
        f"where {_WITHIN.format(time.local)}"
    ).fetchall()[0]
    return low, high
