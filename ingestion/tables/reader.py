"""What the reading process does with one file of an ordinary table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ingestion.landing.own_reader import own_rows_written
from ingestion.landing.worker import FileRead, Job, ReaderContext
from ingestion.tables.declaration import Table
from ingestion.tables.rejecting import staged_rejects, without_refused
from ingestion.tables.staged import Staged, Wanted, constant, quoted
from ingestion.tables.staging_any import PARQUET, file_format, stage, stage_workbook
from ingestion.tables.survey import blame
from ingestion.tables.typed_columns import TypedColumns, typed_columns


def read(context: ReaderContext, job: Job) -> FileRead:
    """Convert a file into typed rows of its table.

    Raises:
        Unreadable: the whole file is refused.
    """
    table = context.declaration(job, Table)
    try:
        return _read(context.connection.cursor(), table, job)
    finally:
        for name in ("lines", "staged", "odd"):
            (job.scratch / f"{name}.parquet").unlink(missing_ok=True)
        for path in job.scratch.glob("clean.*"):
            path.unlink()


def _read(cursor: duckdb.DuckDBPyConnection, table: Table, job: Job) -> FileRead:
    path, kind = _rows_at(table, job)
    asked, number = wanted(table), str(job.number)
    if kind == "xlsx" and table.files:
        staged = stage_workbook(cursor, path, table.files, "iso", asked, job.scratch, number)
    else:
        staged = stage(cursor, path, kind, asked, job.scratch, number)
    try:
        return _written(cursor, table, staged, job)
    except duckdb.Error as error:
        raise blame(error, path, f"corrupt_{kind}") from None


def _rows_at(table: Table, job: Job) -> tuple[Path, str]:
    """Return where the rows lie, and in which format: those of a reader of one's own are
    written down as JSON lines."""
    if table.reader is None:
        declared = table.files.format if table.files else "jsonl"
        return job.path, file_format(job.path, job.origin.source_file, declared)
    return own_rows_written(table.reader, job.path, job.scratch / "clean.own_rows.jsonl"), "jsonl"


def wanted(table: Table) -> Wanted:
    """Return what a file has to be read for: every column as text, typed afterwards."""
    named = {one.column or name: one for name, one in table.columns.items()}
    keys = {table.columns[name].column or name for name in table.key}
    required = keys | {name for name, one in named.items() if one.required}
    return Wanted(set(), {}, set(named), required, set(), table.dialect, as_text=True)


def _written(cursor: duckdb.DuckDBPyConnection, table: Table, staged: Staged, job: Job) -> FileRead:
    typed = typed_columns(cursor, table, staged)
    found = FileRead(rows_in=staged.row_count + len(staged.bad_lines))
    found.rejects = list(staged_rejects(cursor, staged, typed.relation, typed.problem))
    found.rows_accepted = found.rows_in - len(found.rejects)
    target = job.scratch / f"{table.name}.parquet"
    origin = job.origin
    columns = ", ".join(f"{value} as {quoted_name}" for quoted_name, value in typed.values.items())
    count = cursor.execute(
        f"copy (select {constant(origin.load_id)} as load_id, {constant(origin.source)} as source, "
        f"{constant(origin.source_file)} as source_file, r as record_number, {columns} "
        f"from {without_refused(typed.relation)}) "
        f"to {quoted(str(target))} {PARQUET}"
    ).fetchall()[0][0]
    if count:
        found.parts = [(table.name, str(target), count)]
    else:
        target.unlink(missing_ok=True)
    found.notes = {"columns": _uses(table, staged)} | _span(cursor, table, typed, target, count)
    return found


def _uses(table: Table, staged: Staged) -> dict[str, str]:
    taken = {
        column.name
        for name, one in table.columns.items()
        if (column := staged.column(one.column or name))
    }
    return {
        column.name: "mapped" if column.name in taken else "ignored"
        for column in staged.columns
        if column.name
    }


def _span(
    cursor: duckdb.DuckDBPyConnection, table: Table, typed: TypedColumns, target: Path, count: int
) -> dict[str, Any]:
    """Return the first and last time of the rows, in microseconds since 1970."""
    if table.time is None or not count:
        return {}
    name = typed.identifiers[table.time]
    first, last = cursor.execute(
        f"select epoch_us(min({name})::timestamp), epoch_us(max({name})::timestamp) "
        f"from read_parquet({quoted(str(target))})"
    ).fetchall()[0]
    return {"first_at": first, "last_at": last}
