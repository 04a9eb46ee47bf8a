"""Takes rows out of a table for good: out of every snapshot, every kept release and every file.

A data file with such rows gets one without them in its place, in the snapshots and releases that
name it, under the same numbers. The old file goes when nothing names it (`drop_replaced`). Killed
anywhere, the same call goes on: a file is replaced by one of the same name, which is written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.durable import sync_files
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.paths import like, local_path
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.release.file_health import footer_of
from python_models.release.mart_parts import digest
from python_models.release.snapshot_files import files_query
from python_models.upkeep import sweep
from python_models.upkeep.manifests import NewFile, data_files, put_in_place

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What becomes of rows, in SQL over their columns."""

    gone: str = "false"  # condition of rows that go
    changed: str = "false"  # condition of rows that stay with other values
    values: Mapping[str, str] = field(default_factory=dict)  # column: value of a changed row

    def query(self, source: str, columns: Iterable[str]) -> str:
        """Return the query of what stays of a source."""
        named = ", ".join(
            f"case when coalesce({self.changed}, false) then {self.values[name]}"
            f" else {identifier(name)} end as {identifier(name)}"
            if name in self.values
            else identifier(name)
            for name in columns
        )
        return f"select {named} from ({source}) where not coalesce({self.gone}, false)"


# (namespace, table, columns of a file with their types) -> what becomes of its rows
Changes = Callable[[str, str, Mapping[str, str]], Change]


@dataclass
class Rewritten:
    """What became of a table."""

    table: str
    rows: int = 0  # that went or were changed, over the files that were replaced
    files: int = 0
    unreadable: list[str] = field(default_factory=list)


def rewrite(
    session: duckdb.DuckDBPyConnection,
    name: tuple[str, str],
    changes: Changes,
    mark: str,
    dry_run: bool = False,
) -> Rewritten:
    """Take rows out of a table; returns what became of it.

    Args:
        session: connection with the extensions loaded and whatever `changes` asks of it.
        name: namespace and table.
        changes: what becomes of rows.
        mark: name of the folder of the new files; the same when it goes on after a crash.
        dry_run: only count.
    """
    table = catalog().load_table(name)
    releases = _releases(name)
    if releases and not dry_run:  # what no release has and nobody reads need not be rewritten
        sweep.expire(table, {int(row["snapshot_id"]) for row in releases if row["snapshot_id"]})
        table = table.refresh()
    found = Rewritten(".".join(name))
    listed = data_files(table) | {path for row in releases for path in json.loads(row["files"])}
    touched = {path for path in sorted(listed) if _count(session, name, path, changes, found)}
    if dry_run or not touched:
        if not dry_run:
            put_in_place(table, {})  # what a crash left undone
            _note(session, releases, {})
        return found
    instead: dict[str, NewFile] = {}
    for paths in _parts(listed, touched):
        instead |= _replaced(session, table, name, paths, changes, releases, mark)
    sync_files(like(table.location(), new.path) for new in instead.values())
    fault("rewrite.written")
    put_in_place(table, instead)
    fault("rewrite.placed")
    _note(session, releases, instead)
    found.files = len(touched)
    return found


def _parts(listed: set[str], touched: set[str]) -> list[list[str]]:
    """Return the files that are written anew: one by one, or all those of a released part."""
    folders = {str(Path(path).parent) for path in touched}
    parts: dict[str, list[str]] = {}
    for path in sorted(listed):
        folder = str(Path(path).parent)
        if path in touched or ("/sluice_part=" in path and folder in folders):
            parts.setdefault(folder if "/sluice_part=" in path else path, []).append(path)
    return list(parts.values())


def drop_replaced(session: duckdb.DuckDBPyConnection, name: tuple[str, str]) -> int:
    """Delete the files of a table that neither a snapshot nor a release names; returns how many.

    Whoever calls keeps everybody out who may be writing to the table.
    """
    table = catalog().load_table(name)
    kept = {path for row in _releases(name) for path in json.loads(row["files"])}
    gone = sweep.orphans(session, table, kept, timedelta(0))
    sweep.delete(table, gone)
    return len(gone)


def _releases(name: tuple[str, str]) -> list[dict[str, Any]]:
    return journal.rows(
        "select release_tables.* from release_tables inner join releases using (release_id)"
        " where releases.dropped_at is null and domain = ? and table_name = ?"
        " order by release_id desc",
        name,
    )


def _columns(session: duckdb.DuckDBPyConnection, path: str) -> dict[str, str]:
    described = session.execute(f"describe select * from {_source(path)}").fetchall()
    return {row[0]: row[1] for row in described}


def _source(path: str) -> str:
    return f"read_parquet({literal(path)}, hive_partitioning = false)"


def _count(
    session: duckdb.DuckDBPyConnection,
    name: tuple[str, str],
    path: str,
    changes: Changes,
    found: Rewritten,
) -> int:
    """Return how many rows of a file go or change."""
    try:
        change = changes(*name, _columns(session, path))
        if (change.gone, change.changed) == ("false", "false"):
            return 0
        [[count]] = session.execute(
            f"select count(*) from {_source(path)} where coalesce({change.gone}, false)"
            f" or coalesce({change.changed}, false)"
        ).fetchall()
    except (duckdb.IOException, duckdb.InvalidInputException):
        if uses_object_store() or Path(path).exists():
            found.unreadable.append(path)
        return 0
    found.rows += count
    return int(count)


def _replaced(
    session: duckdb.DuckDBPyConnection,
    table: Any,
    name: tuple[str, str],
    paths: list[str],
    changes: Changes,
    releases: list[dict[str, Any]],
    mark: str,
) -> dict[str, NewFile]:
    """Write what stays of the files of one part; returns {file: what stands in its place}."""
    columns = _columns(session, paths[0])
    change = changes(*name, columns)
    folder = local_path(f"{table.location().rstrip('/')}/data/{mark}")
    is_part = "/sluice_part=" in paths[0]
    if is_part:
        folder += "/" + _part_folder(session, paths, change, releases)
    if not uses_object_store():
        Path(folder).mkdir(parents=True, exist_ok=True)
    written = {}
    for path in paths:
        new = f"{folder}/{hashlib.sha256(path.encode()).hexdigest()[:16]}.parquet"
        query = change.query(f"select * from {_source(path)}", columns)
        if is_part:
            session.execute(f"copy ({query}) to {literal(new)} (format parquet, compression zstd)")
        else:
            _write_with_ids(session, table, query, path, new)
        footer = footer_of(session, new)
        written[path] = NewFile(new, footer.rows, footer.bytes)
    return written


def _part_folder(
    session: duckdb.DuckDBPyConnection, paths: list[str], change: Change, releases: Sequence[Row]
) -> str:
    """Return the folder of a released part, which bears the hash of the rows that stay."""
    part = Path(paths[0]).parent.name.partition("~")[0]
    row = next((one for one in releases if paths[0] in json.loads(one["files"])), None)
    if row is None:  # of a publication that never became a release: whatever comes writes it anew
        return f"{part}~{'0' * 20}"
    columns = json.loads(row["columns"])
    stable = [one for one in columns if one not in json.loads(row["volatile_columns"])]
    hashed = ", ".join(identifier(one) for one in stable)
    kept = change.query(files_query(paths, columns), columns)
    [[count, total]] = session.execute(
        f"select count(*), sum(hash({hashed})::hugeint) from ({kept})"
    ).fetchall()
    said = f"{duckdb.__version__}|{row['schema_hash']}|{count}|{total}"  # as publishing says it
    return f"{part}~{digest(said)}"


def _write_with_ids(
    session: duckdb.DuckDBPyConnection, table: Any, query: str, old: str, new: str
) -> None:
    """Write rows in the shape of another file, whose columns know their Iceberg ids."""
    import pyarrow.parquet as pq

    with table.io.new_input(like(table.location(), old)).open() as stream:
        shape = pq.ParquetFile(stream).schema_arrow
    rows = session.execute(query).to_arrow_table().select(shape.names).cast(shape)
    with table.io.new_output(like(table.location(), new)).create(overwrite=True) as target:
        pq.write_table(rows, target, compression="zstd")


def _note(
    session: duckdb.DuckDBPyConnection, releases: Sequence[Row], instead: Mapping[str, NewFile]
) -> None:
    """Let the releases name the new files."""
    for row in releases:
        files = json.loads(row["files"])
        if not any(path in instead for path in files):
            continue
        now = [instead[path].path if path in instead else path for path in files]
        footers = [footer_of(session, path) for path in now]
        values = {
            "files": json.dumps(now),
            "rows": sum(one.rows for one in footers),
            "bytes": sum(one.bytes for one in footers),
        }
        key = {name: row[name] for name in ("release_id", "domain", "table_name")}
        journal.change("release_tables", key, values)
