"""Between which clock times the rows of a file lie: only changes of offset there matter."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingestion.tables.instants import TimeSql


def clock_bounds(
    con: duckdb.DuckDBPyConnection, relation: str, time: TimeSql
) -> tuple[datetime | None, datetime | None]:
    """Return the earliest and latest clock time, within the years a zone has rules for."""
    low, high = con.execute(
        f"select min({time.local}), max({time.local}) from {time.over(relation)} "
        f"where {time.local} between timestamp '1970-01-01' and timestamp '2100-01-01'"
    ).fetchall()[0]
    return low, high
