"""Convert one delivered data file into canonical Parquet files and rejects, with its counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.telemetry.canonical import column_uses, row_over, table_queries
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.instants import FIRST, LAST
from ingestion.telemetry.mapping import Delivery, wanted_columns
from ingestion.telemetry.rejecting import Reject, staged_rejects
from ingestion.telemetry.staging import Staged, Wanted, quoted, stage_csv
from ingestion.telemetry.staging_other import stage_jsonl, stage_parquet
from ingestion.telemetry.survey import Unreadable, blame

ROW_GROUP = 122_880
PARQUET = f"(format parquet, compression snappy, row_group_size {ROW_GROUP})"


@dataclass
class Converted:
    """What became of a file."""

    rows_in: int = 0
    rows_accepted: int = 0
    first_at: int | None = None  # microseconds since 1970
    last_at: int | None = None
    outputs: dict[str, tuple[str, int]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)  # name -> mapped|sensor|label|ignored


def file_format(path: Path, name: str, declared: str) -> str:
    """Return csv, jsonl or parquet: as declared, by the file's first bytes, or by its name."""
    if declared != "auto":
        return declared
    with path.open("rb") as stream:
        if stream.read(4) == b"PAR1":
            return "parquet"
    bare = name.lower().removesuffix(".gz")
    if bare.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "parquet" if bare.endswith((".parquet", ".pq")) else "csv"


def stage(
    con: duckdb.DuckDBPyConnection, path: Path, kind: str, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a file of any format."""
    readers = {"csv": stage_csv, "jsonl": stage_jsonl, "parquet": stage_parquet}
    return readers[kind](con, path, wanted, scratch, job)


def convert(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    path: Path,
    scratch: Path,
    known_sensors: set[str],
    job: str,
) -> Converted:
    """Write a file's readings, sensor values and labels below `scratch`.

    Raises:
        Unreadable: nothing of the file can be taken.
    """
    wanted = wanted_columns(declaration, known_sensors)
    declared = declaration.files.format if declaration.files else "jsonl"
    kind = file_format(path, delivery.source_file, declared)
    staged = stage(con, path, kind, wanted, scratch, job)
    try:
        return _write(con, declaration, delivery, staged, wanted, scratch)
    except duckdb.Error as error:
        raise blame(error, path, f"corrupt_{kind}") from None


def _write(
    con: duckdb.DuckDBPyConnection,
    declaration: Declaration,
    delivery: Delivery,
    staged: Staged,
    wanted: Wanted,
    scratch: Path,
) -> Converted:
    uses = column_uses(con, declaration, staged, wanted)
    row = row_over(con, declaration, delivery, staged, wanted, uses, scratch)
    result = Converted(columns=uses)
    total, wrong, first, last = con.execute(
        f"select count(*), count(problem), "
        "min(epoch_us(moment)) filter (where problem is null), "
        "max(epoch_us(moment)) filter (where problem is null) "
        f"from (select {row.problem} as problem, {row.utc} as moment from {row.relation})"
    ).fetchall()[0]
    if total > wrong and not FIRST <= first <= last <= LAST:
        # statistics that lie about their pages make DuckDB skip the check of each row
        raise Unreadable("corrupt_file", "the file holds times outside the years 1 to 9999")
    result.first_at, result.last_at = first, last
    result.rows_accepted = total - wrong
    result.rows_in = total + len(staged.bad_lines)
    result.rejects = list(staged_rejects(con, staged, row.relation, row.problem, bool(wrong)))
    good = row.relation
    if wrong:
        good = f"(select * from {row.relation} where ({row.problem}) is null)"
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
    return result
