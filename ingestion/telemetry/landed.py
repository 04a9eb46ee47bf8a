"""What the lake holds already: which files, and what their columns were taken for.

The truth is `raw_telemetry.files`; beside it a small SQLite file remembers which file on disk
(by path, size and time of writing) has which content, so that a run with nothing new reads no
file. The memory is dropped when the table is not the one it was written for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.lake import catalog, catalog_properties, lake, metadata_locations
from ingestion.telemetry import NAMESPACE
from ingestion.telemetry.deliveries import Found


@dataclass(frozen=True)
class KnownFile:
    """A file the lake knows by its content."""

    status: str
    rows_in: int
    load_id: str


class Memory:
    """Which file on disk has which content."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or lake().dlt_dir / "telemetry_seen.db"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as connection, connection:
            connection.execute(
                "create table if not exists seen (source text, address text, stamp text, "
                "declaration text, primary key (source, address))"
            )
            connection.execute("create table if not exists pointer (metadata text)")
            connection.execute(
                "create table if not exists declared (source text primary key, hash text)"
            )

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=60)

    def is_current(self) -> bool:
        """Say whether the lake is as we left it; else nothing here counts."""
        with closing(self._open()) as connection:
            known = connection.execute("select metadata from pointer").fetchone()
        return known is not None and known[0] == files_pointer()

    def unseen(self, files: list[Found], declared: dict[str, str]) -> list[Found]:
        """Return the files that are new or were written since, and rejected ones to try again.

        `declared` has the hash of each source's declaration.
        """
        if not self.is_current():
            return files
        with closing(self._open()) as connection:
            rows = connection.execute("select source, address, stamp, declaration from seen")
            seen = {(source, address): (stamp, text) for source, address, stamp, text in rows}
        return [
            found
            for found in files
            if seen.get((found.source, found.address))
            not in ((found.stamp, ""), (found.stamp, declared[found.source]))
        ]

    def undeclared(self, declared: dict[str, str]) -> set[str]:
        """Return the sources whose declaration is not the one the lake has."""
        if not self.is_current():
            return set(declared)
        with closing(self._open()) as connection:
            known = dict(connection.execute("select source, hash from declared"))
        return {source for source, text in declared.items() if known.get(source) != text}

    def keep(self, files: Iterable[tuple[Found, str]], declared: dict[str, str]) -> None:
        """Remember files; those with a declaration's hash until the declaration changes."""
        with closing(self._open()) as connection, connection:
            connection.execute("delete from pointer")
            connection.execute("insert into pointer values (?)", (files_pointer(),))
            connection.executemany(
                "insert or replace into seen values (?, ?, ?, ?)",
                [(one.source, one.address, one.stamp, text) for one, text in files],
            )
            connection.executemany(
                "insert or replace into declared values (?, ?)", list(declared.items())
            )

    def forget(self) -> None:
        """Start anew: the lake is not the one this was written for."""
        with closing(self._open()) as connection, connection:
            for table in ("seen", "declared", "pointer"):
                connection.execute(f"delete from {table}")


def files_pointer() -> str:
    """Return the current metadata file of `raw_telemetry.files`; empty when there is none.

    The default catalog is a SQLite file: asking it directly saves the seconds pyiceberg takes.
    """
    uri = catalog_properties()["uri"]
    if not uri.startswith("sqlite:///"):
        return metadata_locations(NAMESPACE).get("files", "")
    path = uri.removeprefix("sqlite:///").split("?")[0]
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        try:
            row = connection.execute(
                "select metadata_location from iceberg_tables "
                "where table_namespace = ? and table_name = 'files'",
                (NAMESPACE,),
            ).fetchone()
        except sqlite3.OperationalError:  # nothing was ever landed
            return ""
    return row[0] if row else ""


def _rows(table: str, columns: tuple[str, ...], order: str) -> list[dict[str, Any]]:
    """Return some columns of the current snapshot of a raw table, in order of time."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        landed = catalog().load_table((NAMESPACE, table))
    except NoSuchTableError:
        return []
    found = landed.scan(selected_fields=(*columns, order)).to_arrow()
    return found.sort_by(order).to_pylist()


def known_files() -> tuple[dict[tuple[str, str], KnownFile], dict[tuple[str, str], set[str]]]:
    """Return every file the lake holds, and where it was delivered, by source and content."""
    columns = ("source", "file_hash", "status", "rows_in", "load_id", "source_file")
    files: dict[tuple[str, str], KnownFile] = {}
    addresses: dict[tuple[str, str], set[str]] = {}
    for row in _rows("files", columns, "landed_at"):
        key = (row["source"], row["file_hash"])
        addresses.setdefault(key, set()).add(row["source_file"])
        if row["status"] != "duplicate":
            files[key] = KnownFile(row["status"], row["rows_in"], row["load_id"])
    return files, addresses


def known_columns() -> dict[str, dict[str, str]]:
    """Return, by source, what each column of its files was last taken for."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows("source_columns", ("source", "column_name", "use"), "noticed_at"):
        uses = found.setdefault(row["source"], {})
        if row["use"] is None:
            uses.pop(row["column_name"], None)
        else:
            uses[row["column_name"]] = row["use"]
    return found


def known_declarations() -> dict[str, list[tuple[str, str]]]:
    """Return, by source, each declaration's first load id and hash, oldest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("sources", ("source", "load_id", "declaration_hash"), "declared_at"):
        found.setdefault(row["source"], []).append((row["load_id"], row["declaration_hash"]))
    return found
