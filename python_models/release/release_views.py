"""What a release file says by itself: the files of its tables, their columns and words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import identifier, literal

_STRING = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True)
class ReleasedView:
    """One view of a release file; `paths` are Parquet files, or one metadata file of a table."""

    domain: str
    name: str
    paths: tuple[str, ...]
    columns: dict[str, str]
    comments: dict[str, str]

    @property
    def files_json(self) -> str:
        """The files as `release_tables` holds them."""
        return json.dumps(list(self.paths))


def views_of(connection: duckdb.DuckDBPyConnection) -> list[ReleasedView]:
    """Return the views of an open release file."""
    listed = connection.execute(
        "select schema_name, view_name, sql, coalesce(comment, '') from duckdb_views()"
        " where not internal order by schema_name, view_name"
    ).fetchall()
    described = connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns()"
        " where not internal order by schema_name, table_name, column_index"
    ).fetchall()
    found = []
    for schema, name, sql, comment in listed:
        mine = [row[2:] for row in described if row[:2] == (schema, name)]
        words = {column: text for column, _, text in mine if text}
        columns = {column: kind for column, kind, _ in mine}
        found.append(ReleasedView(schema, name, files_in(sql), columns, {"": comment} | words))
    return found


def files_in(sql: str) -> tuple[str, ...]:
    """Return the files a view reads: DuckDB keeps its text, with every string quoted."""
    found = [match[1].replace("''", "'") for match in _STRING.finditer(sql)]
    return tuple(text for text in found if text.endswith((".parquet", ".metadata.json")))


def unreadable_query(name: str, paths: Sequence[str], columns: Mapping[str, str]) -> str:
    """Return the query of a table whose files are damaged: its columns, and an error when read."""
    says = f"{name} of this release cannot be read any more; damaged are some of these files:"
    words = ", ".join(literal(text) for text in (says, *paths))
    nothing = ", ".join(f"cast(null as {kind}) as {identifier(c)}" for c, kind in columns.items())
    return f"select {nothing} where error(concat_ws(' ', {words})) is null"


def release_files() -> list[Path]:
    """Return every release file, the newest release first and the newest file of each first."""
    return sorted(lake().releases.glob("release-*.duckdb"), reverse=True)


def opened_files() -> Iterator[tuple[int, Path, duckdb.DuckDBPyConnection]]:
    """Yield (release, file, connection) of each release file that can be opened, newest first."""
    for path in release_files():
        try:
            connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error:
            continue
        with connection:
            yield int(path.name.split("-")[1]), path, connection
