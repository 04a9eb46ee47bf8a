"""Values that a promise's query compares with, asked for first and written in as constants.

DuckDB reads no less of a view for a condition whose bounds are subqueries: it joins all of its
rows and filters then. Constants go down to the rows of the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from expectations.promise import Promise
from ingestion.lakehouse.sql_text import literal


def settled(
    session: duckdb.DuckDBPyConnection,
    promises: Sequence[Promise],
    query: str,
    relations: Mapping[str, str],
) -> tuple[Promise, ...]:
    """Return the promises about a table, their constants written into their queries.

    A constant that cannot be asked for stays a subquery: what is wrong is then said of its promise.

    Args:
        session: dbt's connection; statements get cursors of their own.
        promises: the promises about the table.
        query: its rows that are judged.
        relations: {name: query} of all that promises may read.
    """
    with session.cursor() as cursor:
        return tuple(_settled(cursor, promise, query, relations) for promise in promises)


def _settled(
    cursor: duckdb.DuckDBPyConnection,
    promise: Promise,
    query: str,
    relations: Mapping[str, str],
) -> Promise:
    if promise.query is None or not promise.constants:
        return promise
    known = {name: f"({text})" for name, text in relations.items()} | {"batch": f"({query})"}
    text = promise.query
    for name, asked in promise.constants.items():
        try:
            (value,) = cursor.execute(asked.format(**known)).fetchall()[0]
            constant = "null" if value is None else literal(str(value))
        except (duckdb.Error, KeyError, IndexError, ValueError):
            constant = f"({asked})"
        text = text.replace(f"{{{name}}}", constant)
    return replace(promise, arguments={"unexpected_rows_query": text})
