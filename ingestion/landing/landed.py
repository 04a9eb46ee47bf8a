"""What the lake holds already: which files, and under which declarations.

The truth is the raw table `files`; beside it a small SQLite file remembers which file on disk
(by path, size and time of writing) has which content, so that a run with nothing new reads no
file. The memory is dropped when the table is not the one it was written for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.lakehouse import clock
from ingestion.lakehouse.catalog import catalog, catalog_properties, metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import adopt_store, refuse_newer
from ingestion.lakehouse.migrations import SEEN
from ingestion.lakehouse.paths import SQLITE_WAIT_SECONDS, sqlite_path
from ingestion.lakehouse.relocations import former_roots, present
from ingestion.landing.deliveries import FoundFile


@dataclass(frozen=True)
class KnownFile:
    """A file the lake knows by its content."""

    status: str
    rows_in: int
    load_id: str
    byte_count: int = 0


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
        return sqlite3.connect(self.path, timeout=SQLITE_WAIT_SECONDS)

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

    def redeclared(self, declared: dict[str, str]) -> set[str]:
        """Return the sources that landed under another declaration than they have now."""
        if not self.is_current():
            return set()
        with closing(self._open()) as connection:
            known = dict(connection.execute("select source, hash from declared"))
        return {source for source, text in declared.items() if known.get(source, text) != text}

    def forget_files(self, sources: Iterable[str]) -> None:
        """Look at every file of some sources again, however often this run is broken off."""
        with closing(self._open()) as connection, connection:
            connection.executemany(
                "delete from seen where source = ?", [(source,) for source in sources]
            )

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
    with closing(sqlite3.connect(path, timeout=SQLITE_WAIT_SECONDS)) as connection:
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

    A column that the table does not have yet is null. What lands afterwards is later than what
    is found here.
    """
    from pyiceberg.exceptions import NoSuchTableError

    try:
        landed = catalog().load_table((namespace, table))
    except NoSuchTableError:
        return []
    there = {field.name for field in landed.schema().fields}
    wanted = tuple(name for name in (*columns, order) if name in there)
    found = landed.scan(selected_fields=wanted).to_arrow().sort_by(order).to_pylist()
    for name in set(columns) - there:
        for row in found:
            row[name] = None
    instants = [row[order] for row in found if isinstance(row[order], datetime)]
    clock.go_on_after(max(instants, default=None))
    clock.go_on_after(clock.time_of(max((row.get("load_id") or "" for row in found), default="")))
    return found


@dataclass
class KnownFiles:
    """Every file the lake holds, by source and content or by source and address."""

    contents: dict[tuple[str, str], KnownFile] = field(default_factory=dict)
    addresses: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # of a content
    newest: dict[tuple[str, str], str] = field(default_factory=dict)  # content at an address


def known_files(namespace: str) -> KnownFiles:
    """Return every file the lake holds, and where it was delivered.

    A file inside the lake moved with it: it is known by the path it has now as well.
    """
    former = former_roots()
    columns = ("source", "file_hash", "status", "rows_in", "load_id", "source_file", "byte_count")
    known = KnownFiles()
    for row in landed_rows(namespace, "files", columns, "landed_at"):
        key = (row["source"], row["file_hash"])
        for address in {row["source_file"], present(row["source_file"], former)}:
            known.addresses.setdefault(key, set()).add(address)
            if row["status"] != "rejected":
                known.newest[row["source"], address] = row["file_hash"]
        if row["status"] != "duplicate":
            known.contents[key] = KnownFile(
                row["status"], row["rows_in"], row["load_id"], row["byte_count"] or 0
            )
    return known


@dataclass(frozen=True)
class KnownDeclaration:
    """A declaration of a source that the lake has, by its first load."""

    load_id: str
    hash: str
    values: str | None  # hash of the keys that change what rows say; None: none do
    earlier_rows: str | None  # kept: what landed before it counts as read under it


def known_declarations(
    namespace: str, table: str, values_hash: Callable[[str], str | None]
) -> dict[str, list[KnownDeclaration]]:
    """Return each source's declarations, oldest first."""
    found: dict[str, list[KnownDeclaration]] = {}
    columns = ("source", "load_id", "declaration_hash", "declaration", "earlier_rows")
    for row in landed_rows(namespace, table, columns, "declared_at"):
        values = values_hash(row["declaration"]) if row["declaration"] else None
        one = KnownDeclaration(row["load_id"], row["declaration_hash"], values, row["earlier_rows"])
        found.setdefault(row["source"], []).append(one)
    return found
