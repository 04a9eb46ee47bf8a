"""What the lake holds already: which files, and under which declarations.

The truth is the raw table `files`; beside it a small SQLite file remembers which file on disk
(by path, size and time of writing) has which content, so that a run with nothing new reads no
file. The memory is dropped when the table is not the one it was written for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion.lakehouse import clock
from ingestion.lakehouse.catalog import catalog, catalog_properties, metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import adopt_store, refuse_newer
from ingestion.lakehouse.migrations import SEEN
from ingestion.lakehouse.paths import sqlite_path
from ingestion.landing.deliveries import FoundFile


@dataclass(frozen=True)
class KnownFile:
    """A file the lake knows by its content."""

    status: str
    rows_in: int
    load_id: str


class Memory:
    """Which of a domain's files on disk has which content."""

    def __init__(self, domain: str) -> None:
        self.namespace = f"raw_{domain}"
        self.path = lake().dlt_dir / f"{domain}_seen.db"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as connection, connection:
            refuse_newer(connection, self.path)
            adopt_store(connection, lake().root, SEEN)
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
        return known is not None and known[0] == files_pointer(self.namespace)

    def unseen(self, files: list[FoundFile], declared: dict[str, str]) -> list[FoundFile]:
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

    def keep(self, files: Iterable[tuple[FoundFile, str]], declared: dict[str, str]) -> None:
        """Remember files; those with a declaration's hash until the declaration changes."""
        with closing(self._open()) as connection, connection:
            connection.execute("delete from pointer")
            connection.execute("insert into pointer values (?)", (files_pointer(self.namespace),))
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


def files_pointer(namespace: str) -> str:
    """Return the current metadata file of a namespace's `files`; empty when there is none.

    The default catalog is a SQLite file: asking it directly saves the seconds pyiceberg takes.
    """
    uri = catalog_properties()["uri"]
    path = sqlite_path(uri)
    if path is None:
        return metadata_locations(namespace).get("files", "")
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        try:
            row = connection.execute(
                "select metadata_location from iceberg_tables "
                "where table_namespace = ? and table_name = 'files'",
                (namespace,),
            ).fetchone()
        except sqlite3.OperationalError:  # nothing was ever landed
            return ""
    return row[0] if row else ""


def landed_rows(
    namespace: str, table: str, columns: tuple[str, ...], order: str
) -> list[dict[str, Any]]:
    """Return some columns of the current snapshot of a raw table, in order of time.

    What lands afterwards is later than what is found here.
    """
    from pyiceberg.exceptions import NoSuchTableError

    try:
        landed = catalog().load_table((namespace, table))
    except NoSuchTableError:
        return []
    found = landed.scan(selected_fields=(*columns, order)).to_arrow().sort_by(order).to_pylist()
    instants = [row[order] for row in found if isinstance(row[order], datetime)]
    clock.go_on_after(max(instants, default=None))
    clock.go_on_after(clock.time_of(max((row.get("load_id") or "" for row in found), default="")))
    return found


def known_files(
    namespace: str,
) -> tuple[dict[tuple[str, str], KnownFile], dict[tuple[str, str], set[str]]]:
    """Return every file the lake holds, and where it was delivered, by source and content."""
    columns = ("source", "file_hash", "status", "rows_in", "load_id", "source_file")
    files: dict[tuple[str, str], KnownFile] = {}
    addresses: dict[tuple[str, str], set[str]] = {}
    for row in landed_rows(namespace, "files", columns, "landed_at"):
        key = (row["source"], row["file_hash"])
        addresses.setdefault(key, set()).add(row["source_file"])
        if row["status"] != "duplicate":
            files[key] = KnownFile(row["status"], row["rows_in"], row["load_id"])
    return files, addresses


def known_declarations(namespace: str, table: str) -> dict[str, list[tuple[str, str]]]:
    """Return, by source, each declaration's first load id and hash, oldest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    columns = ("source", "load_id", "declaration_hash")
    for row in landed_rows(namespace, table, columns, "declared_at"):
        found.setdefault(row["source"], []).append((row["load_id"], row["declaration_hash"]))
    return found
