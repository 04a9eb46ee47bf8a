"""Rows that are refused, each with its line, its text and the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.telemetry.staging import Staged, quoted

MAX_TEXT = 20_000

_SENTENCES = {
    "missing_timestamp": "the time is missing",
    "bad_timestamp": "the value is not a time of the declared format",
    "nonexistent_local_time": "the clock time does not exist: clocks were put forward over it",
    "ambiguous_local_time": "the clock showed this time twice; see columns.reading_at.ambiguous",
    "missing_control_id": "the machine's name is missing",
    "not_a_number": "the value is not a number",
    "not_finite": "the value is infinite",
    "bad_label": "the label is none of the declared words",
    "missing_label_time": "the label names neither a cycle nor a time",
}


@dataclass(frozen=True)
class Reject:
    """One refused row, or a whole file (then without a line number)."""

    line_number: int | None
    column_name: str | None
    reason: str
    error: str
    raw_text: str | None


def staged_rejects(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    relation: str,
    problem: str,
    has_problems: bool,
) -> Iterator[Reject]:
    """Yield a reject for each line that could not be read and each row that cannot be used."""
    for bad in staged.bad_lines:
        column = staged.bad_columns.get(bad.number)
        yield Reject(bad.number, column, bad.reason, bad.error, bad.text[:MAX_TEXT])
    if not has_problems:
        return
    shown = "cast(null as varchar)"
    if staged.text is None:
        values = ", ".join(
            f"{quoted(column.name)}: {column.ident}" for column in staged.columns if column.name
        )
        shown = f"cast(to_json({{{values}}}) as varchar)"
    rows = con.execute(
        f"select r, problem, shown from (select r, {problem} as problem, {shown} as shown "
        f"from {relation}) where problem is not null order by r"
    ).fetchall()
    lines = staged.texts([row[0] for row in rows]) if staged.text else {}
    for number, found, text in rows:
        reason, _, column = found.partition(":")
        line, line_text = lines.get(number, (number, text))
        if reason == "missing_timestamp" and not staged.is_blank(column, line_text or ""):
            reason = "bad_timestamp"
        sentence = _SENTENCES.get(reason, reason)
        error = f"{column}: {sentence}" if column else sentence
        yield Reject(line, column or None, reason, error, (line_text or "")[:MAX_TEXT])


def write_rejects(
    con: duckdb.DuckDBPyConnection,
    rejects: Iterable[Reject],
    target: Path,
    load_id: str,
    source: str,
    source_file: str,
    file_hash: str,
    rejected_at: datetime,
) -> int:
    """Write rejects as Parquet; returns how many there are."""
    lines = target.with_suffix(".jsonl")
    count = 0
    with lines.open("w", encoding="utf-8") as stream:
        for count, reject in enumerate(rejects, start=1):  # noqa: B007  counted on purpose
            stream.write(json.dumps(vars(reject)) + "\n")
    if count:
        con.execute(
            f"copy (select {quoted(load_id)} as load_id, {quoted(source)} as source, "
            f"{quoted(source_file)} as source_file, {quoted(file_hash)} as file_hash, "
            "line_number, column_name, reason, error, raw_text, "
            f"timestamp '{rejected_at:%Y-%m-%d %H:%M:%S.%f}' as rejected_at "
            f"from read_json({quoted(str(lines))}, format = 'newline_delimited', "
            "maximum_object_size = 33554432, columns = {line_number: 'BIGINT', "
            "column_name: 'VARCHAR', reason: 'VARCHAR', error: 'VARCHAR', "
            f"raw_text: 'VARCHAR'}})) to {quoted(str(target))} (format parquet)"
        )
    lines.unlink()
    return count
