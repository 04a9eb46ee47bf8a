"""Whether the Parquet files that releases point to can still be read, and say what was released.

Footers (with rows and sizes against what the release recorded) are read always; with `is_deep`
every byte is, and the rows of each part of a released table are hashed again and compared with
the hash its folder bears.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.lakehouse.sql_text import identifier, literal
from python_models.release.mart_parts import digest
from python_models.release.published_table import parts_of_files
from python_models.release.snapshot_files import files_query

# what `unreadable` says of a release whose tables are known, but no longer by which files
UNKNOWN_FILES = "its files are not known any more"


@dataclass(frozen=True)
class Footer:
    """What the end of a Parquet file says."""

    rows: int
    bytes: int
    created_by: str


def footer_of(session: duckdb.DuckDBPyConnection, path: str) -> Footer:
    """Read the footer of a file, local or in an object store.

    Raises:
        duckdb.Error: it is missing or no Parquet file.
    """
    row = session.execute(
        f"select num_rows, file_size_bytes, created_by from parquet_file_metadata({literal(path)})"
    ).fetchone()
    if row is None:
        raise duckdb.IOException(f"{path} is missing")
    return Footer(int(row[0]), int(row[1]), str(row[2]))


def damaged(
    session: duckdb.DuckDBPyConnection, tables: Iterable[Mapping[str, Any]], is_deep: bool
) -> dict[str, str]:
    """Return {file: what is wrong with it} over tables of releases.

    Args:
        session: connection with the extensions loaded.
        tables: rows of `release_tables`.
        is_deep: read every byte.
    """
    footers: dict[str, Footer] = {}
    wrong: dict[str, str] = {}
    looked_at: set[str] = set()
    for table in tables:
        files = json.loads(table["files"])
        wrong |= _unreadable(session, [one for one in files if one not in footers], footers, wrong)
        if any(one in wrong for one in files):
            continue
        wrong |= _unlike_the_record(table, files, footers)
        if is_deep and table["files"] not in looked_at:
            looked_at.add(table["files"])
            wrong |= _unlike_their_hash(session, table, files, footers)
    return wrong


def _unreadable(
    session: duckdb.DuckDBPyConnection,
    files: list[str],
    footers: dict[str, Footer],
    known: Mapping[str, str],
) -> dict[str, str]:
    found = {}
    for path in files:
        if path in known:
            continue
        try:
            footers[path] = footer_of(session, path)
        except duckdb.Error as error:
            found[path] = _said(error)
    return found


def _unlike_the_record(
    table: Mapping[str, Any], files: list[str], footers: Mapping[str, Footer]
) -> dict[str, str]:
    """Return every file of a table whose files together are not what was recorded."""
    rows = sum(footers[path].rows for path in files)
    size = sum(footers[path].bytes for path in files)
    wanted = (table["rows"] or 0, table["bytes"] or 0)
    if not files and not wanted[0]:
        return {}
    if rows == wanted[0] and size == wanted[1]:
        return {}
    says = (
        f"{rows} rows in {size} bytes, {wanted[0]} rows in {wanted[1]} bytes were released as "
        f"{table['domain']}.{table['table_name']}"
    )
    return dict.fromkeys(files or [UNKNOWN_FILES], says)


def _unlike_their_hash(
    session: duckdb.DuckDBPyConnection,
    table: Mapping[str, Any],
    files: list[str],
    footers: Mapping[str, Footer],
) -> dict[str, str]:
    """Return the files of parts whose rows do not have the hash that was given to them."""
    columns = json.loads(table["columns"])
    stable = [name for name in columns if name not in json.loads(table["volatile_columns"])]
    found: dict[str, str] = {}
    for (_, known), paths in parts_of_files(files).items():
        try:
            count, total = _hashed(session, paths, columns, stable)
        except duckdb.Error as error:
            found |= dict.fromkeys(paths, _said(error))
            continue
        is_ours = all(f"v{duckdb.__version__} " in footers[path].created_by for path in paths)
        text = f"{duckdb.__version__}|{table['schema_hash']}|{count}|{total}"
        # another version of DuckDB may hash otherwise: its files are read, and that is all
        if known and is_ours and digest(text) != known:
            found |= dict.fromkeys(paths, "its rows are not those that were released")
    return found


def _hashed(
    session: duckdb.DuckDBPyConnection,
    paths: list[str],
    columns: Mapping[str, str],
    stable: list[str],
) -> tuple[int, int]:
    """Read every column of some files; returns rows and the hash sum of the stable ones."""
    mine = ", ".join(identifier(name) for name in stable)
    every = ", ".join(identifier(name) for name in columns)
    row = session.execute(
        f"select count(*), sum(hash({mine})::hugeint), bit_xor(hash({every}))"
        f" from ({files_query(paths, columns)})"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def read_whole(session: duckdb.DuckDBPyConnection, path: str) -> str | None:
    """Read every byte of a file whose rows nobody hashed; returns what is wrong with it, if any."""
    source = f"read_parquet({literal(path)}, hive_partitioning = false)"
    try:
        session.execute(f"select bit_xor(hash(columns(*))) from {source}").fetchall()
    except duckdb.Error as error:
        return _said(error)
    return None


def _said(error: duckdb.Error) -> str:
    return str(error).splitlines()[0][:300]
