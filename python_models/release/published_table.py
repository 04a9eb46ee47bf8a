"""One mart as an Iceberg table: only the parts whose rows changed are written again.

A part is the whole table, a month or a day of it. Its folder bears a hash over its rows, so the
files of a snapshot say by themselves what they hold and nothing else has to be remembered.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import uses_object_store, warehouse_uri
from ingestion.lakehouse.paths import escaped_glob, like, local_path
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from python_models.release import iceberg_commit, written_first
from python_models.release.mart_parts import (
    Mart,
    days_written,
    digest,
    folder_of_row,
    parts_of,
    rows_of_part,
)
from python_models.release.snapshot_files import (
    DataFile,
    Snapshot,
    plain,
    read_snapshot,
    snapshot_at,
)

_PART_FOLDER = re.compile(r"sluice_part=(?P<part>[^/~]*)~(?P<digest>[0-9a-f]+)/")
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


@dataclass(frozen=True)
class PublishedTable:
    """What a mart is in the lake after it was published."""

    mart: Mart
    columns: dict[str, str]
    snapshot: Snapshot
    schema_hash: str
    is_unchanged: bool
    parts_written: int


def publish_table(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    properties: Mapping[str, str],
    damaged: Collection[str] = (),
) -> PublishedTable:
    """Bring the Iceberg table of a mart to the rows the mart has now, in one commit or none.

    Args:
        session: connection to the build database.
        mart: the table to be published.
        properties: what the snapshot says about itself, such as the invocation.
        damaged: files that are known not to hold what they should: they are written again.
    """
    columns = column_types(session, mart.relation)
    schema_hash = digest(repr(list(columns.items())))
    before = read_snapshot(session, mart.domain, mart.name)
    # a table that Spark made lies in a folder of another name
    folder = before.location if before else f"{warehouse_uri()}/{mart.domain}/{mart.name}"
    target = f"{folder}/data/{properties['sluice.publication']}"
    rows = mart
    if before is None and written_first.is_worth_it(session, mart, columns):
        rows = written_first.written_by_day(session, mart, _selected(columns), _by_day(target))
    wanted = parts_of(session, rows, columns, schema_hash)
    parts = _files_by_part(before)
    kept = _kept(parts, wanted, damaged)
    missing = sorted(set(wanted) - kept)
    gone = [file for key, files in parts.items() if key not in kept for file in files]
    if before is not None and not missing and not gone:
        return PublishedTable(mart, columns, before, schema_hash, True, 0)
    written = _write_parts(session, rows, columns, missing, folder, target)
    _refuse_loss(session, mart, written, sum(wanted[key] for key in missing))
    fault("publish.written")
    iceberg_commit.commit(
        mart, _empty_arrow(session, mart, columns), folder, written, gone, properties
    )
    fault("publish.committed")
    after = read_snapshot(session, mart.domain, mart.name)
    assert after is not None, "it was committed just now"
    return PublishedTable(mart, columns, after, schema_hash, False, len(missing))


def pin_table(session: duckdb.DuckDBPyConnection, mart: Mart, metadata: str) -> PublishedTable:
    """Return a table that another engine wrote, as it is: nothing is copied, nothing committed.

    Args:
        session: connection to the build database, in which the mart is a view of that state.
        mart: the table to be released.
        metadata: the metadata file that says its state.
    """
    columns = column_types(session, mart.relation)
    schema_hash = digest(repr(list(columns.items())))
    return PublishedTable(mart, columns, snapshot_at(session, metadata), schema_hash, False, 0)


def _kept(
    parts: Mapping[tuple[str, str], list[DataFile]],
    wanted: Collection[tuple[str, str]],
    damaged: Collection[str],
) -> set[tuple[str, str]]:
    """Return the parts that are as they should be, with all their files."""
    return {
        key
        for key, files in parts.items()
        if key in wanted and not any(_is_lost(file.path, damaged) for file in files)
    }


def _is_lost(path: str, damaged: Collection[str]) -> bool:
    """Say whether a file is known to be damaged, or plainly is no whole Parquet file any more."""
    local = Path(plain(path))
    if plain(path) in damaged:
        return True
    if uses_object_store():
        return False
    try:
        with local.open("rb") as stream:
            stream.seek(-4, 2)
            return stream.read() != b"PAR1"
    except OSError:
        return True


def column_types(session: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return {column: DuckDB type} of a table, in its order."""
    described = session.execute(f"describe select * from {relation}").fetchall()
    return {row[0]: row[1] for row in described}


def _files_by_part(snapshot: Snapshot | None) -> dict[tuple[str, str], list[DataFile]]:
    files = {file.path: file for file in snapshot.files} if snapshot else {}
    parts = parts_of_files(list(files))
    return {key: [files[path] for path in paths] for key, paths in parts.items()}


def parts_of_files(paths: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Return the files by (part, digest); one that bears none is a part of its own."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        match = _PART_FOLDER.search(path)
        key = (match["part"], match["digest"]) if match else (path, "")
        found.setdefault(key, []).append(path)
    return found


def _by_day(target: str) -> Path:
    """Return where rows lie by day until it is known what parts they are."""
    return Path(f"{local_path(target)}-by-day")


def _write_parts(
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
    target, by_day = local_path(address), _by_day(address)
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


def _refuse_loss(
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
        f"copy (select {_selected(columns)} from {mart.relation}{rows_of_part(mart, part)})"
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
        f"copy (select {_selected(columns)}, sluice_part"
        f" from (select *, {folder_of_row(mart, missing)} as sluice_part"
        f" from {mart.relation}{days_written(mart, missing)}) where sluice_part is not null)"
        f" to {literal(target)} (format parquet, compression zstd, partition_by (sluice_part))"
    )


def _empty_arrow(session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str]) -> Any:
    """Return the mart without rows, typed as its files are."""
    return session.execute(
        f"select {_selected(columns)} from {mart.relation} limit 0"
    ).to_arrow_table()


def _selected(columns: Mapping[str, str]) -> str:
    return ", ".join(
        f"cast({identifier(name)} as {WRITTEN_AS[kind]}) as {identifier(name)}"
        if kind in WRITTEN_AS
        else identifier(name)
        for name, kind in columns.items()
    )
