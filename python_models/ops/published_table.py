"""One mart as an Iceberg table: only the parts whose rows changed are written again.

A part is the whole table, a month or a day of it. Its folder bears a hash over its rows, so the
files of a snapshot say by themselves what they hold and nothing else has to be remembered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.faults import fault
from ingestion.lake import uses_object_store, warehouse_uri
from python_models.ops import iceberg_commit
from python_models.ops.snapshot_files import DataFile, Snapshot, read_snapshot
from python_models.ops.sql_text import identifier, literal

# a part is worth a file of its own from this many rows on
ROWS_WORTH_A_PART = 100_000
_PART_FOLDER = re.compile(r"part=(?P<part>[^/~]*)~(?P<digest>[0-9a-f]+)/")
# DuckDB types that Iceberg has no word for, and what they are written as
_WRITTEN_AS = {
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


@dataclass(frozen=True)
class Mart:
    """A table of the build that is to be released."""

    domain: str
    name: str
    relation: str
    key: tuple[str, ...]
    partition_by: str | None
    volatile: tuple[str, ...]
    comment: str
    column_comments: Mapping[str, str]


@dataclass(frozen=True)
class PublishedTable:
    """What a mart is in the lake after it was published."""

    mart: Mart
    columns: dict[str, str]
    snapshot: Snapshot
    schema_hash: str
    is_unchanged: bool
    parts_written: int


def mart_of(node: Mapping[str, Any]) -> Mart:
    """Return what a dbt node says about the table to be released."""
    release = (node["config"].get("meta") or {}).get("release") or {}
    name = node.get("alias") or node["name"]
    return Mart(
        domain=node["schema"],
        name=name,
        relation=f"{identifier(node['schema'])}.{identifier(name)}",
        key=tuple(release.get("key") or ()),
        partition_by=release.get("partition_by"),
        volatile=tuple(release.get("volatile") or ()),
        comment=node.get("description") or "",
        column_comments={
            column: entry["description"]
            for column, entry in (node.get("columns") or {}).items()
            if entry.get("description")
        },
    )


def publish_table(
    session: duckdb.DuckDBPyConnection, mart: Mart, properties: Mapping[str, str]
) -> PublishedTable:
    """Bring the Iceberg table of a mart to the rows the mart has now, in one commit or none.

    Args:
        session: connection to the build database.
        mart: the table to be published.
        properties: what the snapshot says about itself, such as the invocation.
    """
    columns = column_types(session, mart.relation)
    schema_hash = _digest(repr(list(columns.items())))
    wanted = _parts(session, mart, columns, schema_hash)
    before = read_snapshot(session, mart.domain, mart.name)
    kept = {key: files for key, files in _files_by_part(before).items() if key in wanted}
    missing = sorted(set(wanted) - set(kept))
    gone = [
        file for key, files in _files_by_part(before).items() if key not in kept for file in files
    ]
    is_unchanged = before is not None and not missing and not gone
    if is_unchanged:
        return PublishedTable(mart, columns, before, schema_hash, True, 0)
    folder = f"{warehouse_uri()}/{mart.domain}/{mart.name}"
    written = _write_parts(session, mart, columns, missing, folder, properties)
    fault("publish.written")
    iceberg_commit.commit(
        mart, _empty_arrow(session, mart, columns), folder, written, gone, properties
    )
    fault("publish.committed")
    after = read_snapshot(session, mart.domain, mart.name)
    return PublishedTable(mart, columns, after, schema_hash, False, len(missing))


def column_types(session: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return {column: DuckDB type} of a table, in its order."""
    described = session.execute(f"describe select * from {relation}").fetchall()
    return {row[0]: row[1] for row in described}


def _parts(
    session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str], schema_hash: str
) -> dict[tuple[str, str], int]:
    """Return {(part, digest): rows}: one scan, nothing held but a line for each part."""
    hashed = ", ".join(identifier(name) for name in columns if name not in mart.volatile)
    found = session.execute(
        f"select {_part_expression(session, mart)} as part, count(*) as row_count,"
        f" sum(hash({hashed})::hugeint)::varchar as total from {mart.relation} group by part"
    ).fetchall()
    return {
        (part, _digest(f"{duckdb.__version__}|{schema_hash}|{count}|{total}")): count
        for part, count, total in found
    }


def _part_expression(session: duckdb.DuckDBPyConnection, mart: Mart) -> str:
    """Return what names a row's part: the finest unit whose parts are worth a file."""
    if mart.partition_by is None:
        return "'all'"
    column = identifier(mart.partition_by)
    found = session.execute(
        f"select count(*), count(distinct {column}), count(distinct date_trunc('month', {column}))"
        f" from {mart.relation}"
    ).fetchone()
    rows, days, months = found or (0, 0, 0)
    for count, pattern in ((days, "%Y-%m-%d"), (months, "%Y-%m")):
        if count and rows / count >= ROWS_WORTH_A_PART:
            return f"coalesce(strftime({column}, '{pattern}'), 'none')"
    return "'all'"


def _files_by_part(snapshot: Snapshot | None) -> dict[tuple[str, str], list[DataFile]]:
    found: dict[tuple[str, str], list[DataFile]] = {}
    for file in snapshot.files if snapshot else []:
        match = _PART_FOLDER.search(file.path)
        key = (match["part"], match["digest"]) if match else (file.path, "")
        found.setdefault(key, []).append(file)
    return found


def _write_parts(
    session: duckdb.DuckDBPyConnection,
    mart: Mart,
    columns: Mapping[str, str],
    missing: list[tuple[str, str]],
    folder: str,
    properties: Mapping[str, str],
) -> list[str]:
    """Write the parts that are missing and return the paths of their files.

    The folder is new for each publication: what a killed one left there is never taken for data.
    """
    if not missing:
        return []
    target = f"{folder}/data/{properties['sluice.publication']}".removeprefix("file://")
    if not uses_object_store():
        Path(target).mkdir(parents=True, exist_ok=True)
    digests = ", ".join(f"({literal(part)}, {literal(digest)})" for part, digest in missing)
    session.execute(
        f"copy (select {_selected(columns)}, parts.part || '~' || parts.digest as part"
        f" from (select *, {_part_expression(session, mart)} as sluice_part from {mart.relation})"
        f" as marts inner join (values {digests}) as parts (part, digest)"
        " on marts.sluice_part = parts.part)"
        f" to {literal(target)} (format parquet, compression zstd, partition_by (part))"
    )
    pattern = literal(f"{target}/**/*.parquet")
    found = session.execute(f"select file from glob({pattern})").fetchall()
    prefix = "file://" if folder.startswith("file://") else ""
    return sorted(prefix + row[0] for row in found)


def _empty_arrow(session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str]) -> Any:
    """Return the mart without rows, typed as its files are."""
    return session.execute(
        f"select {_selected(columns)} from {mart.relation} limit 0"
    ).to_arrow_table()


def _selected(columns: Mapping[str, str]) -> str:
    return ", ".join(
        f"cast({identifier(name)} as {_WRITTEN_AS[kind]}) as {identifier(name)}"
        if kind in _WRITTEN_AS
        else identifier(name)
        for name, kind in columns.items()
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
