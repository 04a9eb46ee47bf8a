"""Stage a file of any format; see `staging` for what staging means."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.tables.archive import is_workbook
from ingestion.tables.causes import refuse_strangers
from ingestion.tables.grammar import Files
from ingestion.tables.staged import Staged, Wanted
from ingestion.tables.staging import stage_csv
from ingestion.tables.staging_json import stage_lines
from ingestion.tables.staging_other import stage_parquet
from ingestion.tables.survey import Text, readable_text
from ingestion.tables.workbook import csv_of_workbook, sheets_named

ROW_GROUP = 122_880
PARQUET = (
    f"(format parquet, compression snappy, row_group_size {ROW_GROUP}, write_bloom_filter false)"
)


def file_format(path: Path, name: str, declared: str) -> str:
    """Return csv, jsonl, parquet or xlsx: as declared, by its first bytes, or by its name."""
    if is_workbook(path):
        return "xlsx"
    if declared != "auto":
        return declared
    with path.open("rb") as stream:
        start = stream.read(16)
    if start.startswith(b"PAR1"):
        return "parquet"
    refuse_strangers(start)
    bare = name.lower().removesuffix(".gz")
    if bare.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "parquet" if bare.endswith((".parquet", ".pq")) else "csv"


def stage(
    con: duckdb.DuckDBPyConnection, path: Path, kind: str, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Stage a file: `csv`, `jsonl` or `parquet`.

    Raises:
        Unreadable: it cannot be read as what it is.
    """
    if kind == "jsonl":
        return stage_lines(con, json_text(path, wanted, scratch / "clean.jsonl"), wanted, scratch)
    if kind == "csv":
        return stage_csv(con, path, wanted, scratch, job)
    return stage_parquet(con, [path], wanted)


def json_text(path: Path, wanted: Wanted, scratch: Path) -> Text:
    """Return a text with one JSON object on each line; quotes are JSON's own affair."""
    return readable_text(path, wanted.dialect.model_copy(update={"quote": ""}), scratch)


def stage_workbook(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    files: Files,
    form: str,
    wanted: Wanted,
    scratch: Path,
    job: str,
) -> Staged:
    """Stage a sheet of a workbook; `form` is how times are written, see `csv_of_workbook`.

    Raises:
        Unreadable: it cannot be read; of a sheet that lacks columns, it names the others.
    """
    target = scratch / "clean.sheet.csv"
    wanted.dialect = csv_of_workbook(path, files, form, target)
    with sheets_named(path, files):
        return stage_csv(con, target, wanted, scratch, job)
