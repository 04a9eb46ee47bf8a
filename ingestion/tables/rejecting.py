"""Rows that are refused, each with its line, its text and the reason."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from ingestion.landing.rejecting import MAX_TEXT
from ingestion.landing.rejecting import Reject as Reject
from ingestion.tables.staged import Column, Staged, quoted

_SENTENCES = {
    "missing_timestamp": "the time is missing",
    "bad_timestamp": "the value is not a time of the declared format",
    "nonexistent_local_time": "the clock time does not exist: clocks were put forward over it",
    "ambiguous_local_time": "the clock showed this time twice; see columns.reading_at.ambiguous",
    "missing_value": "there is no value, and a row needs one here",
    "before_since": "the row lies before the declared `since`",
    "missing_control_id": "the machine's name is missing",
    "not_a_number": "the value is not a number",
    "not_finite": "the value is infinite",
    "bad_version": "the version is neither a whole number nor a time",
    "bad_label": "the label is none of the declared words",
    "missing_label_time": "the label names neither a cycle nor a time",
}


def staged_rejects(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    relation: str,
    problem: str,
) -> Iterator[Reject]:
    """Yield a reject for each line that could not be read and each row that cannot be used.

    The numbers of these rows stand in the table `refused` then: see `without_refused`.
    """
    for bad in staged.bad_lines:
        column = staged.bad_columns.get(bad.number)
        yield Reject(bad.number, column, bad.reason, bad.error, bad.text[:MAX_TEXT])
    shown = "cast(null as varchar)"
    if staged.text is None:
        values = ", ".join(
            f"{quoted(column.name)}, {column.ident}" for column in staged.columns if column.name
        )
        shown = f"cast(json_object({values}) as varchar)"  # a struct would confuse a and A
    con.execute(
        "create or replace temp table refused as select r, problem, shown from "
        f"(select r, {problem} as problem, {shown} as shown from {relation}) "
        "where problem is not null order by r"
    )
    rows = con.execute("from refused order by r").fetchall()
    lines = staged.texts([row[0] for row in rows]) if staged.text else {}
    for number, found, text in rows:
        reason, _, column = found.partition(":")
        reason, _, kind = reason.partition(" ")
        line, line_text = lines.get(number, (number, text))
        if reason == "missing_timestamp" and not staged.is_blank(column, line_text or ""):
            reason = "bad_timestamp"
        sentence = f"the value is no {kind}" if kind else _SENTENCES.get(reason, reason)
        error = f"{column}: {sentence}" if column else sentence
        yield Reject(line, column or None, reason, error, (line_text or "")[:MAX_TEXT])


def without_refused(relation: str) -> str:
    """Return the rows of a relation that `staged_rejects` did not refuse.

    To look a row's number up takes a fifth of the time in which it is told anew what is wrong.
    """
    return f"(select * from {relation} where r not in (select r from refused))"


def rejected_cells(
    con: duckdb.DuckDBPyConnection, staged: Staged, good: str, cells: list[tuple[Column, str]]
) -> Iterator[Reject]:
    """Yield a reject for each value of a sensor that is no number; the rest of its row counts."""
    for column, problem in cells:
        rows = con.execute(
            f"select r, problem, shown from (select r, case {problem} end as problem, "
            f"cast({column.misfit or column.ident} as varchar) as shown from {good}) "
            "where problem is not null order by r"
        ).fetchall()
        lines = staged.line_numbers([row[0] for row in rows])
        for number, found, text in rows:
            reason = found.partition(":")[0]
            error = f"{column.name}: {_SENTENCES[reason]}; the rest of the row counts"
            yield Reject(lines[number], column.name, reason, error, (text or "")[:MAX_TEXT])
