"""Promises that hold, found by counting in SQL, without Great Expectations.

Most promises of most builds hold, and that can be counted: the rows against all promises about
single values in one scan of a table, keys that occur twice and rows that a query finds by asking
for the first one. Great Expectations, whose import alone takes seconds, is asked about what is
left: what is broken, what could not be counted, what is not known here. What is counted is what it
counts itself, by the same conditions; a promise that is not plainly kept is its to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import duckdb

from expectations import grouped
from expectations.promise import Promise, Table
from ingestion.lakehouse.sql_text import identifier


@dataclass(frozen=True)
class Kept:
    """A promise that holds, in the form in which Great Expectations tells it."""

    kind: str
    result: Mapping[str, Any] = field(default_factory=dict)
    success: bool = True
    exception_info: Mapping[str, Any] | None = None

    @property
    def expectation_config(self) -> SimpleNamespace:
        """What was asked."""
        return SimpleNamespace(type=self.kind)


_NO_ROW_FOUND = Kept("unexpected_rows_expectation", {"observed_value": 0})


@dataclass(frozen=True)
class _Condition:
    """When a row is against a promise, in SQL with its parameters, and which rows count."""

    against: str
    parameters: tuple[Any, ...] = ()
    weighed: str = "true"


def kept_promises(
    session: duckdb.DuckDBPyConnection, table: Table, query: str, relations: Mapping[str, str]
) -> dict[str, Kept]:
    """Return {promise name: result} of the promises about a table that hold for sure.

    Args:
        session: dbt's connection; statements get cursors of their own.
        table: the table with its promises.
        query: its rows that are judged.
        relations: {name: query} of all that promises may read.
    """
    with session.cursor() as cursor:
        columns = {row[0] for row in cursor.execute(f"describe {query}").fetchall()}
        kept = _counted(cursor, table.promises, query, columns)
        for promise in table.promises:
            if promise.name not in kept and (found := _asked(cursor, promise, query, relations)):
                kept[promise.name] = found
    return kept


def _counted(
    cursor: duckdb.DuckDBPyConnection,
    promises: Sequence[Promise],
    query: str,
    columns: set[str],
) -> dict[str, Kept]:
    """Return what one scan of the rows says of promises about columns, values and their number."""
    known = [one for one in promises if set(one.arguments) <= _KNOWN.get(one.expectation, set())]
    there = [one for one in known if one.expectation == "expect_column_to_exist"]
    kept = {one.name: Kept(one.expectation) for one in there if one.arguments["column"] in columns}
    conditions = {one.name: found for one in known if (found := _condition(one, columns))}
    sized = [one for one in known if one.expectation == "expect_table_row_count_to_be_between"]
    unique = [one for one in known if _key(one)]
    of_groups = grouped.by_one_column(promises)
    if not (conditions or sized or unique or len(of_groups) > 1):
        return kept
    scanned = _scanned(cursor, query, conditions.values(), of_groups)
    if scanned is None:
        return kept  # Great Expectations says what is wrong with which of them
    total, numbers, broken = scanned
    kept |= {
        promise.name: _NO_ROW_FOUND
        for promise, count in zip(of_groups, broken, strict=True)
        if not count
    }
    by_name = {one.name: one for one in promises}
    for name, against, weighed in zip(conditions, numbers[::2], numbers[1::2], strict=True):
        promise = by_name[name]
        if weighed == 0 or (weighed - against) / weighed >= promise.arguments.get("mostly", 1):
            # a sum over no row is none there
            kept[name] = Kept(promise.expectation, _rows_told(total, against if total else None))
    for promise in sized:
        if _is_within(total, promise.arguments):
            kept[promise.name] = Kept(promise.expectation, {"observed_value": total})
    for promise in unique:
        if _is_unique(cursor, query, _key(promise)):
            kept[promise.name] = Kept(promise.expectation, _rows_told(total, 0))
    return kept


def _scanned(
    cursor: duckdb.DuckDBPyConnection,
    query: str,
    conditions: Collection[_Condition],
    of_groups: Sequence[Promise],
) -> tuple[int, list[int], list[int]] | None:
    """Return the rows, each condition's two counts, each promise's groups; None for bad SQL."""
    counts = ["count(*)"]
    parameters: list[Any] = []
    for condition in conditions:
        counts += [f"count(*) filter (where {condition.against})"]
        counts += [f"count(*) filter (where {condition.weighed})"]
        parameters += condition.parameters
    try:
        text = grouped.one_scan(of_groups, query, counts)
        total, *numbers = cursor.execute(text, parameters).fetchall()[0]
    except duckdb.Error:
        return None
    return total, numbers[: len(counts) - 1], numbers[len(counts) - 1 :]


def _is_within(total: int, limits: Mapping[str, Any]) -> bool:
    low, high = limits.get("min_value"), limits.get("max_value")
    return (low is None or total >= low) and (high is None or total <= high)


def _rows_told(total: int, against: int | None) -> dict[str, Any]:
    share = against / total * 100 if total and against is not None else None
    return {"element_count": total, "unexpected_count": against, "unexpected_percent_total": share}


def _condition(promise: Promise, columns: set[str]) -> _Condition | None:
    """Return when a row is against a promise; None for one that is not about single values."""
    known, column = promise.arguments, promise.arguments.get("column")
    if column not in columns or promise.expectation == "expect_column_to_exist" or _key(promise):
        return None
    name = identifier(column)
    if promise.expectation == "expect_column_values_to_not_be_null":
        return _Condition(f"{name} is null")
    if promise.expectation == "expect_column_values_to_be_in_set":
        values = known["value_set"]
        if not values or any(value is None for value in values):
            return None
        places = ", ".join("?" for _ in values)
        return _Condition(f"{name} not in ({places})", tuple(values), f"{name} is not null")
    limits = {">=": known.get("min_value"), "<=": known.get("max_value")}
    given = {sign: value for sign, value in limits.items() if value is not None}
    within = " and ".join(f"{name} {sign} ?" for sign in given)
    return _Condition(f"not ({within})", tuple(given.values()), f"{name} is not null")


# the arguments by which a promise is understood here: one with others may mean something else
_KNOWN = {
    "expect_column_to_exist": {"column"},
    "expect_table_row_count_to_be_between": {"min_value", "max_value"},
    "expect_column_values_to_be_unique": {"column"},
    "expect_compound_columns_to_be_unique": {"column_list"},
    "expect_column_values_to_not_be_null": {"column", "mostly"},
    "expect_column_values_to_be_in_set": {"column", "value_set", "mostly"},
    "expect_column_values_to_be_between": {"column", "min_value", "max_value", "mostly"},
}


def _key(promise: Promise) -> list[str]:
    """Return the columns in which no two rows may agree; none for another promise."""
    if promise.expectation == "expect_column_values_to_be_unique":
        return [promise.arguments["column"]]
    if promise.expectation == "expect_compound_columns_to_be_unique":
        return list(promise.arguments["column_list"])
    return []


def _is_unique(cursor: duckdb.DuckDBPyConnection, query: str, key: Sequence[str]) -> bool:
    """Say whether no two rows agree; for a key of several columns, one without a value counts."""
    named = ", ".join(identifier(column) for column in key)
    filled = f" where {named} is not null" if len(key) == 1 else ""
    twice = f"select 1 from ({query}){filled} group by {named} having count(*) > 1 limit 1"
    try:
        return cursor.execute(twice).fetchone() is None
    except duckdb.Error:
        return False


def _asked(
    cursor: duckdb.DuckDBPyConnection,
    promise: Promise,
    query: str,
    relations: Mapping[str, str],
) -> Kept | None:
    """Return that a promise's query finds nothing, if it does not."""
    if not promise.query:
        return None
    known = {name: f"({text})" for name, text in relations.items()} | {"batch": "{batch}"}
    try:
        # in two steps, as there: braces in a query mean the same
        text = promise.query.format(**known).format(batch=f"({query})")
        is_kept = cursor.execute(text).fetchone() is None
    except (duckdb.Error, KeyError, IndexError, ValueError):
        return None
    return _NO_ROW_FOUND if is_kept else None
