"""Writes parts of a mart as Parquet files, before anything says that they are its table's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.paths import escaped_glob, like, local_path
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from python_models.release import written_first
from python_models.release.mart_parts import Mart, days_written, folder_of_row, rows_of_part
from python_models.release.snapshot_files import plain

# DuckDB types that Iceberg has no word for, and what they are written as
WRITTEN_AS = {
    "HUGEINT": "DECIMAL(38,0)",
    "UHUGEINT": "DECIMAL(38,0)",
    "UBIGINT": "DECIMAL(20,0)",
    "UINTEGER": "BIGINT",
    "USMALLINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "TINYINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "JSON": "VARCHAR",
    "UUID": "VARCHAR",
    "INTERVAL": "VARCHAR",
}


class RowsLost(RuntimeError):
    """Files that were written for a mart do not have its rows."""


def by_day_folder(target: str) -> Path:
    """Return where rows lie by day until it is known what parts they are."""
    return Path(f"{local_path(target)}-by-day")


def write_parts(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    columns: Mapping[str, str],
    missing: list[tuple[str, str]],
    folder: str,
    address: str,
) -> list[str]:
    """Write the parts that are missing and return the paths of their files.

    Their own folder is new for each publication: what a killed one left there is never taken for
    data.
    """
    if not missing:
        return []
    target, by_day = local_path(address), by_day_folder(address)
    is_written = not uses_object_store() and by_day.is_dir()
    if not (is_written and written_first.named_as_parts(by_day, missing, Path(target))):
        if not uses_object_store():
            Path(target).mkdir(parents=True, exist_ok=True)
        if len(missing) == 1:
            _copy_one(session, mart, columns, missing[0], target)
        else:
            _copy_all(session, mart, columns, missing, target)
        if is_written:
            shutil.rmtree(by_day)
    pattern = literal(f"{escaped_glob(target)}/**/*.parquet")
    found = session.execute(f"select file from glob({pattern})").fetchall()
    return sorted(like(folder, row[0]) for row in found)


def refuse_loss(
    session: duckdb.DuckDBPyConnection, mart: Mart, written: Sequence[str], wanted: int
) -> None:
    """Stop before the commit when files have not the rows that were counted for them.

    Raises:
        RowsLost: a filter by which parts were read left rows of theirs out, or took more.
    """
    rows = f"sum(num_rows) from parquet_file_metadata({list_of(map(plain, written))})"
    found = session.execute(f"select {rows}").fetchall()[0][0] if written else 0
    if found != wanted:
        raise RowsLost(
            f"{mart.domain}.{mart.name} has {wanted:,} rows to publish and {found:,} were written:"
            f" nothing is published. Is {mart.partition_by} the day of {mart.day_of}, as its"
            " meta.release says?"
        )


def _copy_one(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    columns: Mapping[str, str],
    missing: tuple[str, str],
    target: str,
) -> None:
    """Write one part: its rows go straight from the scan into its file."""
    part, part_digest = missing
    folder = f"{target}/sluice_part={part}~{part_digest}"
    if not uses_object_store():
        Path(folder).mkdir()
    session.execute(
        f"copy (select {selected(columns)} from {mart.relation}{rows_of_part(mart, part)})"
        f" to {literal(f'{folder}/data_0.parquet')} (format parquet, compression zstd)"
    )


def _copy_all(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    columns: Mapping[str, str],
    missing: list[tuple[str, str]],
    target: str,
) -> None:
    """Write all parts by one scan, which collects the rows of each before it writes them."""
    session.execute(
        f"copy (select {selected(columns)}, sluice_part"
        f" from (select *, {folder_of_row(mart, missing)} as sluice_part"
        f" from {mart.relation}{days_written(mart, missing)}) where sluice_part is not null)"
        f" to {literal(target)} (format parquet, compression zstd, partition_by (sluice_part))"
    )


def selected(columns: Mapping[str, str]) -> str:
    return ", ".join(
        f"cast({identifier(name)} as {WRITTEN_AS[kind]}) as {identifier(name)}"
        if kind in WRITTEN_AS
        else identifier(name)
        for name, kind in columns.items()
    )
