"""What builds on Spark leave behind: tables that changed their type, and folders of dropped ones.

Spark's DROP leaves files where they are, and a released table that got a column of another type
stays registered under another name until no kept release reads it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.lakehouse.catalog import catalog_properties
from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.paths import escaped_glob, like
from python_models.release.snapshot_files import plain
from python_models.release.spark_names import UNTIL, table_of_folder

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog


def sweep(
    connection: duckdb.DuckDBPyConnection,
    opened: Catalog,
    namespace: str,
    kept: list[dict[str, Any]],
    dry_run: bool,
) -> list[dict[str, Any]]:
    """Take away what no table of a namespace and no kept release points to any more.

    Args:
        connection: DuckDB connection that can list the folder.
        opened: the catalog.
        namespace: one that only builds write to; none goes on.
        kept: rows of `release_tables` of the kept releases.
        dry_run: only say what would go.

    Returns:
        A line for each table and folder that goes.
    """
    mine = [row for row in kept if row["domain"] == namespace]
    needed = {plain(file) for row in mine for file in json.loads(row["files"])}
    pinned = {int(row["snapshot_id"]) for row in mine if row["snapshot_id"] is not None}
    named, dropped = _locations(opened, namespace, pinned, dry_run)
    root = f"{warehouse_uri().rstrip('/')}/{namespace}"
    found: dict[str, list[tuple[str, int]]] = {}
    for path, size in _listed(connection, plain(root)):
        folder = path[len(plain(root)) + 1 :].partition("/")[0]
        is_sparks = table_of_folder(folder) != folder or path.startswith(dropped)
        if is_sparks and path not in needed and not path.startswith(named):
            found.setdefault(folder, []).append((path, size))
    if not dry_run:
        _delete(root, [path for files in found.values() for path, _ in files])
    return [_line(f"{namespace}.{folder} (dropped)", files) for folder, files in found.items()]


def _line(name: str, files: Sequence[tuple[str, int]]) -> dict[str, Any]:
    size = sum(size for _, size in files)
    return {"table": name, "snapshots": 0, "files": len(files), "bytes": size}


def _locations(
    opened: Catalog, namespace: str, pinned: AbstractSet[int], dry_run: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the folders of tables, and of those no kept release reads any more: these go."""
    named: list[str] = []
    dropped: list[str] = []
    for name in opened.list_tables(namespace):
        table = opened.load_table(name)
        is_read = not pinned.isdisjoint(snapshot.snapshot_id for snapshot in table.snapshots())
        goes = UNTIL in name[-1] and not is_read
        (dropped if goes else named).append(f"{plain(table.location()).rstrip('/')}/")
        if goes and not dry_run:
            opened.drop_table(name)
    return tuple(named), tuple(dropped)


def _listed(connection: duckdb.DuckDBPyConnection, root: str) -> list[tuple[str, int]]:
    pattern = f"{escaped_glob(root)}/**"
    return connection.execute("select filename, size from read_blob(?)", [pattern]).fetchall()


def _delete(root: str, paths: list[str]) -> None:
    from pyiceberg.io import load_file_io

    io = load_file_io(catalog_properties(), root)
    for path in paths:
        io.delete(like(root, path))
