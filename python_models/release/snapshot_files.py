"""What the current snapshot of an Iceberg table consists of, read through DuckDB's extension.

pyiceberg would give the same and takes two seconds to import, which a run without news and a
refresh of the release file need not pay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.paths import local_path
from ingestion.lakehouse.sql_text import identifier, list_of, literal

if TYPE_CHECKING:
    from pyiceberg.table import Table

COMPACTED = "sluice.compacted"  # in the summary of a snapshot that has the rows of the one before


@dataclass(frozen=True)
class DataFile:
    """One file of a snapshot; `path` as the catalog spells it."""

    path: str
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """One snapshot of a table: its files, pinned."""

    snapshot_id: int | None
    metadata_location: str
    location: str
    files: tuple[DataFile, ...]
    has_deletes: bool
    has_one_schema: bool
    bytes: int

    @property
    def rows(self) -> int:
        """Rows over all files."""
        return sum(file.rows for file in self.files)


def read_snapshot(
    session: duckdb.DuckDBPyConnection, namespace: str, table: str
) -> Snapshot | None:
    """Return the current snapshot of a table, or None when there is no such table."""
    metadata = metadata_locations(namespace).get(table)
    return snapshot_at(session, metadata) if metadata else None


def snapshot_at(session: duckdb.DuckDBPyConnection, metadata: str) -> Snapshot:
    """Return the snapshot that a metadata file calls the current one."""
    known = _metadata_at(session, metadata)
    current = known.get("current-snapshot-id")
    summary: dict[str, str] = next(
        (
            entry["summary"]
            for entry in known.get("snapshots", [])
            if entry["snapshot-id"] == current
        ),
        {},
    )
    files: tuple[DataFile, ...] = ()
    has_deletes = False
    if current is not None and current != -1 and int(summary.get("total-data-files", 1)):
        listed = session.execute(
            "select content, file_path, record_count from iceberg_metadata("
            f"{literal(plain(metadata))}) where status <> 'DELETED'"
        ).fetchall()
        has_deletes = any(kind != "EXISTING" and "DELETE" in kind for kind, *_ in listed)
        files = tuple(DataFile(path, rows) for _, path, rows in sorted(listed))
    return Snapshot(
        snapshot_id=None if current == -1 else current,
        metadata_location=metadata,
        location=known["location"],
        files=files,
        has_deletes=has_deletes,
        has_one_schema=len({_shape(schema) for schema in known.get("schemas", [])}) == 1,
        bytes=int(summary.get("total-files-size", 0)),
    )


def snapshot_of(table: Table, files: Iterable[DataFile]) -> Snapshot:
    """Return the current snapshot of a table whose files are known, none of which has deletes."""
    current = table.metadata.current_snapshot()
    summary = current.summary if current else None
    shapes = {
        tuple((field.field_id, field.name, str(field.field_type)) for field in schema.fields)
        for schema in table.metadata.schemas
    }
    return Snapshot(
        snapshot_id=current.snapshot_id if current else None,
        metadata_location=table.metadata_location,
        location=table.metadata.location,
        files=tuple(sorted(files, key=lambda file: file.path)),
        has_deletes=False,
        has_one_schema=len(shapes) == 1,
        # what Spark wrote may not say; a summary of pyiceberg's has None for what it lacks
        bytes=int((summary and summary["total-files-size"]) or 0),
    )


def rows_as_of(session: duckdb.DuckDBPyConnection, metadata: str) -> int | None:
    """Return the id of the snapshot that last changed a table's rows, None where it is not known.

    Compaction lays the same rows into fewer files: another snapshot, and nothing new.

    Args:
        session: any DuckDB connection with the extensions.
        metadata: a metadata file of the table.

    Raises:
        FileNotFoundError: there is no such file (any more).
    """
    known = _metadata_at(session, metadata)
    snapshots = {one["snapshot-id"]: one for one in known.get("snapshots", [])}
    found = snapshots.get(known.get("current-snapshot-id"))
    while found and found["summary"].get(COMPACTED):
        found = snapshots.get(found.get("parent-snapshot-id"))
    return found["snapshot-id"] if found else None


def _metadata_at(session: duckdb.DuckDBPyConnection, metadata: str) -> dict[str, Any]:
    # a bound parameter would make duckdb import pandas, which takes a second
    text = f"select content from read_text({literal(plain(metadata))})"
    found = session.execute(text).fetchall()
    if not found:
        raise FileNotFoundError(f"there is no {metadata}")
    known: dict[str, Any] = json.loads(found[0][0])
    return known


def _shape(schema: Mapping[str, Any]) -> str:
    """Return what decides how a file is read: a new comment is a new schema too, but not here."""
    return json.dumps([[field["id"], field["name"], field["type"]] for field in schema["fields"]])


def pinned_query(snapshot: Snapshot, columns: Mapping[str, str]) -> str:
    """Return the query that reads exactly this snapshot.

    Plain Parquet files wherever there are no deletes, so that any DuckDB reads it without an
    extension.
    """
    if snapshot.has_deletes:
        location = literal(plain(snapshot.metadata_location))
        return f"select {_typed(columns)} from iceberg_scan({location})"
    paths = [plain(file.path) for file in snapshot.files]
    return files_query(paths, columns, is_uniform=snapshot.has_one_schema)


def files_query(paths: Sequence[str], columns: Mapping[str, str], is_uniform: bool = True) -> str:
    """Return the query over plain Parquet files, in their order; no rows when there is none.

    Args:
        paths: the files.
        columns: {column: type} of the result.
        is_uniform: whether every file has every column.
    """
    if not paths:
        nothing = ", ".join(
            f"cast(null as {kind}) as {identifier(name)}" for name, kind in columns.items()
        )
        return f"select {nothing} where false"
    by_name = "" if is_uniform else ", union_by_name = true"
    source = f"read_parquet({list_of(paths)}, hive_partitioning = false{by_name})"
    return f"select {_typed(columns)} from {source}"


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(
        f"cast({identifier(name)} as {kind}) as {identifier(name)}"
        for name, kind in columns.items()
    )


def plain(path: str) -> str:
    """Return a local path without its scheme, an object store's address as it is."""
    return local_path(path)
