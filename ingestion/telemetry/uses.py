"""What each column of a delivered file is taken for."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ingestion.tables.concatenation import Apart
from ingestion.tables.staged import NUMERIC_SHARE, Column, Staged, Wanted, number_sql
from ingestion.telemetry.declaration import Declaration


@dataclass
class Uses:
    """What each column of a file is taken for, and what is left out though nobody asked for it."""

    by_name: dict[str, str]  # mapped | sensor | label | ignored
    left_out: dict[str, float]  # share of numbers among its values


def column_uses(
    con: duckdb.DuckDBPyConnection, declaration: Declaration, staged: Staged, wanted: Wanted
) -> Uses:
    """Say for each column of the file what it is taken for."""
    sensors = declaration.columns.sensors
    mapped = {column.name for name in wanted.mapped if (column := staged.column(name))}
    labels = {
        column.name
        for label in declaration.labels.columns
        if (column := staged.column(label.column))
    }
    include = sensors.include if isinstance(sensors.include, tuple) else ()
    listed = {column.name for name in include if (column := staged.column(name))}
    excluded = {column.name for name in sensors.exclude if (column := staged.column(name))}
    cursor = staged.column(declaration.sql.cursor or "") if declaration.sql else None
    if cursor:
        excluded.add(cursor.name)  # counts rows, measures nothing
    shares = _number_shares(con, staged, wanted)
    uses, left_out = {}, {}
    for column in staged.columns:
        name = column.name
        numeric = column.is_numeric or name in wanted.known_sensors
        numeric = numeric or shares.get(name, 0.0) > NUMERIC_SHARE
        if name in labels:
            uses[name] = "label"
        elif name in listed:
            uses[name] = "sensor"
        elif name in mapped:
            uses[name] = "mapped"
        elif name in excluded or not name or sensors.include != "all_numeric":
            uses[name] = "ignored"
        elif numeric:
            uses[name] = "sensor"
        else:
            uses[name] = "ignored"
            left_out[name] = shares.get(name, 0.0)
    return Uses(uses, left_out)


def _number_shares(
    con: duckdb.DuckDBPyConnection, staged: Staged, wanted: Wanted
) -> dict[str, float]:
    """Return the share of numbers in the text columns that nobody declares, over the whole file:
    a sensor that is silent, or says other words, in the first rows is a sensor all the same."""
    texts = [
        column
        for column in staged.columns
        if column.kind == "VARCHAR" and not wanted.is_mapped(column.name)
    ]
    if not texts:
        return {}
    counts = ", ".join(
        f"count({column.ident}), count({number_sql(column.ident, 'VARCHAR', wanted.dialect)})"
        for column in texts
    )
    found = con.execute(f"select {counts} from {staged.relation}").fetchall()[0]
    return {
        column.name: found[2 * index + 1] / found[2 * index] if found[2 * index] else 0.0
        for index, column in enumerate(texts)
    }


def check_alike(con: duckdb.DuckDBPyConnection, staged: Staged, wanted: Wanted, uses: Uses) -> None:
    """Look whether each of the files staged as one would say the same of columns nobody declares:
    a number in each row that has a value, and one at least, or none at all.

    Raises:
        Apart: names those of which this is not known.
    """
    columns = [
        column
        for column in staged.columns
        if not wanted.is_mapped(column.name)
        and (uses.by_name[column.name] == "sensor" or column.name in uses.left_out)
    ]
    if not columns:
        return
    counts = ", ".join(_counted(column, wanted) for column in columns)
    rows = con.execute(f"select place, {counts} from {staged.relation} group by place").fetchall()
    alike = {
        place - 1
        for place, *found in rows
        if all(
            _is_plain(column, values, numbers, wanted, uses)
            for column, values, numbers in zip(columns, found[::2], found[1::2], strict=True)
        )
    }
    odd = set(range(staged.file_count)) - alike
    if odd or any(column.kind == "VARCHAR" and column.is_numeric for column in columns):
        raise Apart(odd)


def _counted(column: Column, wanted: Wanted) -> str:
    """Return the count of a column's values, and of the numbers among them."""
    number = number_sql(column.ident, column.kind, wanted.dialect)
    other = f" + count({column.misfit})" if column.misfit else ""
    return f"count({column.ident}){other}, count({number})"


def _is_plain(column: Column, values: int, numbers: int, wanted: Wanted, uses: Uses) -> bool:
    if uses.by_name[column.name] != "sensor":
        return not numbers
    return values == numbers and (bool(numbers) or column.name in wanted.known_sensors)
