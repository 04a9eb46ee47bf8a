"""One mart as an Iceberg table: only the parts whose rows changed are written again.

A part is the whole table, a month or a day of it. Its folder bears a hash over its rows, so the
files of a snapshot say by themselves what they hold and nothing else has to be remembered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import uses_object_store, warehouse_uri
from python_models.release import day_sums, iceberg_commit, written_first
from python_models.release.mart_parts import (
    Mart,
    digest,
    parts_of,
)
from python_models.release.snapshot_files import (
    DataFile,
    Snapshot,
    plain,
    read_snapshot,
    snapshot_at,
    snapshot_of,
)
from python_models.release.written_parts import by_day_folder, refuse_loss, selected, write_parts

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

_PART_FOLDER = re.compile(r"sluice_part=(?P<part>[^/~]*)~(?P<digest>[0-9a-f]+)/")


@dataclass(frozen=True)
class PublishedTable:
    """What a mart is in the lake after it was published."""

    mart: Mart
    columns: Mapping[str, str]
    snapshot: Snapshot
    schema_hash: str
    is_unchanged: bool
    parts_written: int


@dataclass(frozen=True)
class Change:
    """Files that bring a table to the rows of its mart: they are written, nothing is committed."""

    mart: Mart
    columns: Mapping[str, str]
    schema_hash: str
    empty: Any
    before: Snapshot | None
    folder: str
    written: list[str]
    gone: list[DataFile]
    parts_written: int


def publish_table(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    properties: Mapping[str, str],
    damaged: Collection[str] = (),
) -> PublishedTable:
    """Bring the Iceberg table of a mart to the rows the mart has now, in one commit or none.

    See `written`.
    """
    found = written(session, mart, properties, damaged)
    if isinstance(found, PublishedTable):
        return found
    return committed(iceberg_commit.opened_for(mart.domain), found, properties)


def written(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    properties: Mapping[str, str],
    damaged: Collection[str] = (),
) -> PublishedTable | Change:
    """Write the parts of a mart that its table lacks; returns the table where it lacks none.

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
        rows = written_first.written_by_day(session, mart, selected(columns), by_day_folder(target))
    wanted = parts_of(day_sums.sums_by_day(session, mart, rows, columns), schema_hash)
    parts = _files_by_part(before)
    kept = _kept(parts, wanted, damaged)
    missing = sorted(set(wanted) - kept)
    gone = [file for key, files in parts.items() if key not in kept for file in files]
    if before is not None and not missing and not gone:
        return PublishedTable(mart, columns, before, schema_hash, True, 0)
    files = write_parts(session, rows, columns, missing, folder, target)
    refuse_loss(session, mart, files, sum(wanted[key] for key in missing))
    fault("publish.written")
    empty = _empty_arrow(session, mart, columns)
    return Change(mart, columns, schema_hash, empty, before, folder, files, gone, len(missing))


def committed(opened: Catalog, change: Change, properties: Mapping[str, str]) -> PublishedTable:
    """Commit what was written for a table.

    Args:
        opened: the catalog, in which the product's namespace is.
        change: what was written.
        properties: stamped onto the snapshot.
    """
    mart = change.mart
    table, rows = iceberg_commit.commit(
        opened, mart, change.empty, change.folder, change.written, change.gone, properties
    )
    fault("publish.committed")
    before = change.before
    if before and before.has_deletes:  # another engine's, of rows in files that may stay
        with connect_duckdb() as session:
            snapshot = snapshot_at(session, table.metadata_location)
    else:
        gone = {file.path for file in change.gone}
        stay = [file for file in before.files if file.path not in gone] if before else []
        snapshot = snapshot_of(table, [*stay, *(DataFile(*file) for file in rows.items())])
    return PublishedTable(
        mart, change.columns, snapshot, change.schema_hash, False, change.parts_written
    )


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


def _empty_arrow(session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str]) -> Any:
    """Return the mart without rows, typed as its files are."""
    return session.execute(
        f"select {selected(columns)} from {mart.relation} limit 0"
    ).to_arrow_table()
