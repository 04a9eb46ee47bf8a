"""Convert one delivered data file into canonical Parquet files and rejects, with its counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.landing.own_reader import own_rows_written
from ingestion.landing.rejecting import Unreadable
from ingestion.tables.instants import FIRST, LAST
from ingestion.tables.rejecting import Reject, rejected_cells, staged_rejects, without_refused
from ingestion.tables.staged import Staged, Wanted, quoted
from ingestion.tables.staging_any import PARQUET, file_format, stage, stage_workbook
from ingestion.tables.survey import blame
from ingestion.telemetry.canonical import row_over, table_queries
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.mapping import Delivery, wanted_columns
from ingestion.telemetry.uses import check_alike, column_uses


@dataclass
class Converted:
    """What became of a file."""

    rows_in: int = 0
    rows_accepted: int = 0
    first_at: int | None = None  # microseconds since 1970
    last_at: int | None = None
    outputs: dict[str, tuple[str, int]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    cells: list[Reject] = field(default_factory=list)  # single values of rows that are accepted
    left_out: dict[str, float] = field(default_factory=dict)  # column -> share of numbers
    unit_row: str | None = None  # the line under the header that is no reading
    columns: dict[str, str] = field(default_factory=dict)  # name -> mapped|sensor|label|ignored


def convert(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    path: Path,
    scratch: Path,
    known_sensors: set[str],
    job: str,
    name: str | None = None,
) -> Converted:
    """Write a file's readings, sensor values and labels below `scratch`.

    `name` tells its format where it is another than that of the delivery: in a zip file.

    Raises:
        Unreadable: nothing of the file can be taken.
    """
    wanted = wanted_columns(declaration, known_sensors)
    declared = declaration.files.format if declaration.files else "jsonl"
    if declaration.reader:
        path = own_rows_written(declaration.reader, path, scratch / "clean.own_rows.jsonl")
        kind = "jsonl"
    else:
        kind = file_format(path, name or delivery.source_file, declared)
    if kind == "xlsx":
        assert declaration.files is not None
        form = declaration.columns.reading_at.format[0]
        staged = stage_workbook(con, path, declaration.files, form, wanted, scratch, job)
    else:
        staged = stage(con, path, kind, wanted, scratch, job)
    try:
        return write_tables(con, declaration, delivery, staged, wanted, scratch)
    except duckdb.Error as error:
        raise blame(error, path, f"corrupt_{kind}") from None


def write_tables(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    wanted: Wanted,
    scratch: Path,
) -> Converted:
    """Write what a staged file says below `scratch`.

    Raises:
        Apart: files that were staged as one are taken for different things.
        Unreadable: nothing of the file can be taken.
    """
    uses = column_uses(con, declaration, staged, wanted)
    if staged.file_count > 1:
        check_alike(con, staged, wanted, uses)
    row = row_over(con, declaration, delivery, staged, wanted, uses, scratch)
    result = Converted(columns=uses.by_name, left_out=uses.left_out, unit_row=staged.unit_row)
    result.rejects = list(staged_rejects(con, staged, row.relation, row.problem))
    wrong = len(result.rejects) - len(staged.bad_lines)
    result.rows_accepted = staged.row_count - wrong
    result.rows_in = staged.row_count + len(staged.bad_lines)
    good = without_refused(row.relation) if wrong else row.relation
    result.cells = list(rejected_cells(con, staged, good, row.cells))
    for table, select in table_queries(declaration, delivery, row, good):
        target = scratch / f"{table}.parquet"
        count = con.execute(f"copy ({select}) to {quoted(str(target))} {PARQUET}").fetchall()[0][0]
        if table == "readings" and count != result.rows_accepted:
            raise Unreadable(
                "count_mismatch", f"{result.rows_accepted} good rows gave {count} readings"
            )
        if count:
            result.outputs[table] = (str(target), count)
        else:
            target.unlink(missing_ok=True)
    if result.rows_accepted:
        result.first_at, result.last_at = _span(con, scratch / "readings.parquet")
    return result


def _span(con: duckdb.DuckDBPyConnection, readings: Path) -> tuple[int, int]:
    """Return the first and last time of a file's readings.

    Raises:
        Unreadable: there are times that are none.
    """
    first, last = con.execute(
        "select epoch_us(min(reading_at)), epoch_us(max(reading_at)) "
        f"from read_parquet({quoted(str(readings))})"
    ).fetchall()[0]
    if first is None or not FIRST <= first <= last <= LAST:
        # statistics that lie about their pages make DuckDB skip the check of each row
        raise Unreadable("corrupt_file", "the file holds times outside the years 1 to 9999")
    return first, last
