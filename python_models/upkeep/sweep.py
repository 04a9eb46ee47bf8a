"""Files of an Iceberg table that nothing points to any more.

`expire_snapshots` takes snapshots out of the metadata and leaves every file where it is; a killed
commit leaves files that no snapshot ever had. Both are found here by listing what is there and
taking away what is still reachable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from ingestion.lakehouse.paths import escaped_glob, like
from python_models.release.snapshot_files import plain

if TYPE_CHECKING:
    from pyiceberg.table import Table


@dataclass(frozen=True)
class Orphan:
    """A file that can go."""

    path: str
    bytes: int


def orphans(
    connection: duckdb.DuckDBPyConnection, table: Table, kept: Iterable[str], age: timedelta
) -> list[Orphan]:
    """Return files below a table's folder that neither a snapshot nor `kept` points to.

    Args:
        connection: DuckDB connection that can list the folder.
        table: the table, as its catalog has it now.
        kept: paths that something else points to, such as releases.
        age: younger files stay: they may belong to a commit that is going on.
    """
    reachable = {plain(path) for path in _reachable(table)} | {plain(path) for path in kept}
    latest = datetime.now(UTC).replace(tzinfo=None) - age
    # `read_blob` without its content lists name, size and time, on a disk and in an object store
    listed = connection.execute(
        "select filename, size, last_modified::timestamp from read_blob(?)",
        [f"{escaped_glob(plain(table.location()).rstrip('/'))}/**"],
    ).fetchall()
    return [
        Orphan(path, size)
        for path, size, modified in listed
        if path not in reachable and (age == timedelta(0) or modified < latest)
    ]


def expire(table: Table, kept: set[int]) -> int:
    """Take every snapshot out of a table but the current one and those to be kept."""
    protected = {reference.snapshot_id for reference in table.metadata.refs.values()}
    ids = [
        snapshot.snapshot_id
        for snapshot in table.snapshots()
        if snapshot.snapshot_id not in kept | protected
    ]
    if ids:
        table.maintenance.expire_snapshots().by_ids(ids).commit()
    return len(ids)


def _reachable(table: Table) -> Iterator[str]:
    yield table.metadata_location
    for earlier in table.metadata.metadata_log:
        yield earlier.metadata_file
    seen: set[str] = set()
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                yield entry.data_file.file_path


def delete(table: Table, files: Iterable[Orphan]) -> None:
    """Delete files of a table."""
    for file in files:
        table.io.delete(like(table.location(), file.path))
