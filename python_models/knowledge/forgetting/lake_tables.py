"""All rows of a table that are anywhere in the lake: of releases, of raw tables, of the build."""

from __future__ import annotations

import json

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from python_models.release.snapshot_files import plain


def show(session: duckdb.DuckDBPyConnection, table: str, columns: str, released: str = "") -> None:
    """Let a name stand for all rows of a table that are anywhere in the lake, once each."""
    sources = []
    if table in ("sightings", "calls"):
        namespace = "raw_knowledge" if table == "sightings" else "llm"
        if metadata := metadata_locations(namespace).get(table):
            where = "where state <> 'forgotten'" if table == "sightings" else ""
            scanned = f"iceberg_scan({literal(plain(metadata))})"
            sources.append(f"select {columns} from {scanned} {where}")
    else:
        files = _released_files(released or table)
        if files:
            sources.append(
                f"select {columns} from read_parquet({list_of(files)}, union_by_name = true,"
                " hive_partitioning = false)"
            )
        if built := _built(session, f"int_knowledge__{released or table}"):
            sources.append(f"select {columns} from {built}")
    if sources:
        query = " union ".join(sources)
    else:
        query = f"select {', '.join(f'null::varchar as {one}' for one in columns.split(', '))}"
        query += " where false"
    session.execute(f"create temp table {table} as {query}")


def _released_files(table: str) -> list[str]:
    rows = journal.rows(
        "select files from release_tables inner join releases using (release_id)"
        " where releases.dropped_at is null and unreadable is null"
        " and domain = 'knowledge' and table_name = ?",
        (table,),
    )
    return sorted({path for row in rows for path in json.loads(row["files"])})


def _built(session: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """Return the table of the build database that has documents or chunks not released yet."""
    known = ("documents", "chunks", "messages")
    if name.removeprefix("int_knowledge__") not in known:
        return None
    if not lake().build_db.exists():
        return None
    attached = session.execute("select 1 from duckdb_databases() where database_name = 'build'")
    if attached.fetchone() is None:
        session.execute(f"attach {literal(str(lake().build_db))} as build (read_only)")
    found = session.execute(
        "select schema_name from duckdb_tables() where database_name = 'build' and table_name = ?",
        [name],
    ).fetchone()
    return f"build.{identifier(found[0])}.{name}" if found else None
