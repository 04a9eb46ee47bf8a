"""Writes the file readers open and moves the pointer to it.

A file is written under a name nobody knows, closed, made durable, given its own new name, and
only then does `latest.duckdb` point to it: a reader has the file before or the file after.

Files are numbered in the order they are written. No clock says which is newer: one that is set
back would make the file just written the oldest.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog, metadata_locations, uses_catalog_file
from ingestion.lakehouse.disk_space import room
from ingestion.lakehouse.durable import sync
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.generation import raise_generation
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.server_catalog import note
from ingestion.lakehouse.sql_text import identifier, list_of, literal
from ingestion.lakehouse.tiers import file_of
from ingestion.landing.empty_tables import empty_query
from ingestion.landing.products import PRODUCTS, Product
from python_models.release import kept_tables, ops_tables, tier_files
from python_models.release.journal_copy import Comments
from python_models.release.release_macros import create_macros
from python_models.release.release_views import unreadable_query
from python_models.release.shown import refuse_loss
from python_models.release.snapshot_files import files_query, pinned_query, plain, snapshot_at
from python_models.release.source_words import words_of

# files of one release beyond the newest ones are dropped; a reader that has one open keeps it
_FILES_KEPT_OF_A_RELEASE = 3
# nobody writes a release again: who opens one read-write by mistake is refused (but its owner and
# root, who may always)
READ_ONLY, WRITABLE = 0o444, 0o222
_LEDGER = ("calls", "attempts")
# `release-000003-n00000042.duckdb`; those of earlier versions end in the time they were written
_NAME = re.compile(r"\.?release-(?P<release>\d+)-(n(?P<number>\d+)|[^-]*)\.duckdb")


def refresh(invocation_id: str | None, may_shrink: bool = False) -> Path:
    """Write the release readers see now anew, with `ops`, `llm` and the rejects as of now."""
    return write(current_release_id(), invocation_id, may_shrink)


def current_release_id() -> int | None:
    """Return the number of the release that `latest` points to."""
    latest = lake().latest
    if latest.is_symlink():
        found = journal.rows(
            "select release_id from release_files where file = ?", (latest.readlink().name,)
        )
        if found:
            return found[0]["release_id"] or None
        if named := _NAME.fullmatch(latest.readlink().name):
            return int(named["release"]) or None
    newest = journal.rows("select max(release_id) as release_id from releases")
    return newest[0]["release_id"]


def is_shown(release_id: int) -> bool:
    """Say whether readers see this release already: the end of a run writes its file anew."""
    latest = lake().latest
    return latest.exists() and current_release_id() == release_id


def write(release_id: int | None, invocation_id: str | None, may_shrink: bool = False) -> Path:
    """Write a release to a new file and point `latest` to it; returns the file. See `made`."""
    point_to(file := made(release_id, invocation_id, may_shrink))
    _drop_superseded(release_id or 0)
    return file


def made(release_id: int | None, invocation_id: str | None, may_shrink: bool = False) -> Path:
    """Write a release to a new file; returns it.

    Args:
        release_id: number of the release, None for what there is without one.
        invocation_id: dbt invocation that asks for it.
        may_shrink: whether readers may see another release, or less, once they are led to it;
            else WouldDrop is raised where they would.
    """
    folder = lake().releases
    folder.mkdir(exist_ok=True)
    name = f"release-{release_id or 0:06d}-n{_next_number():08d}.duckdb"
    unfinished = folder / f".{name}"
    for left in folder.glob(f"{unfinished.name}*"):
        left.unlink()  # of a build that was killed: it was to have the same number
    try:
        with room(folder, "the release file", _needed):
            _fill(unfinished, release_id)
            fault("release_file.written")
            unfinished.chmod(READ_ONLY)
            sync(unfinished)
            sync(folder)
        if not may_shrink:
            refuse_loss(unfinished)
        tier_files.write(unfinished, folder / name)
        unfinished.rename(folder / name)
        sync(folder)  # before the link names it
    finally:
        unfinished.unlink(missing_ok=True)
    file = {"file": name, "release_id": release_id or 0, "invocation_id": invocation_id}
    journal.put("release_files", [file | {"written_at": journal.now()}])
    fault("release_file.named")
    return folder / name


def _needed() -> int:
    shown = lake().latest
    return 4 * shown.stat().st_size if shown.exists() else 8_000_000


def point_to(file: Path) -> None:
    """Let `latest.duckdb` name a release file, in one step, and each tier's pointer its file.

    Who reads a tier through this code goes by `latest.duckdb` alone, so all see one release.
    """
    point_tiers(file)
    _move(lake().latest, file)
    sync(lake().root)
    raise_generation(lake().root, shown=file.name)
    if not uses_catalog_file():
        note(catalog(), lake().root)


def point_tiers(file: Path) -> None:
    """Let the pointer of each tier name its file beside a release file; one that lacks is made."""
    parted = {tier: file_of(file, tier) for tier in tier_files.PARTED}
    if not all(path.exists() for path in parted.values()):  # written by an earlier version
        tier_files.write(file, file)
    for tier, path in parted.items():
        _move(lake().latest_of(tier), path)


def _move(pointer: Path, file: Path) -> None:
    # relative, so that a lake that was moved still points into itself
    beside = pointer.with_name(f".{pointer.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(file.relative_to(lake().root))
    beside.replace(pointer)


def newest_file(release_id: int) -> Path | None:
    """Return the newest file of a release that still exists."""
    found = files_by_release().get(release_id)
    return found[-1] if found else None


def files_by_release() -> dict[int, list[Path]]:
    """Return {release: its files, the newest last}."""
    written = {
        row["file"]: row["place"]
        for row in journal.rows("select file, rowid as place from release_files")
    }
    found: dict[int, list[tuple[int, int, Path]]] = {}
    for path in lake().releases.glob("release-*.duckdb"):
        if named := _NAME.fullmatch(path.name):
            # one without a number is older than any that has one: the journal knows their order
            place = written.get(path.name, 0)
            key = (int(named["number"] or 0), place, path)
            found.setdefault(int(named["release"]), []).append(key)
    return {release: [path for *_, path in sorted(keys)] for release, keys in found.items()}


def is_latest(file: Path) -> bool:
    """Say whether `latest` names this file: then it is never deleted, whatever its place."""
    latest = lake().latest
    return latest.is_symlink() and latest.readlink().name == file.name


def _next_number() -> int:
    """Return a number no release file has had; whoever writes one holds the build lock.

    Both the folder and the journal count: either may have been lost or emptied.
    """
    names = [path.name for path in lake().releases.glob("release-*.duckdb")]
    rows = journal.rows("select file, rowid as place from release_files")
    numbers = [
        named["number"]
        for name in names + [row["file"] for row in rows]
        if (named := _NAME.fullmatch(name))
    ]
    return 1 + max([int(number or 0) for number in numbers] + [row["place"] for row in rows] + [0])


def _fill(path: Path, release_id: int | None) -> None:
    with closing(connect_duckdb(path, config=tier_files.SMALL_BLOCKS)) as target:
        target.execute("set TimeZone = 'UTC'")
        folders, comments = set(), Comments()
        for table in _tables(release_id):
            _show_table(target, table, comments)
            folders.add(table["location"])
        for domain in PRODUCTS.values():
            found = _pin_current(target, domain.namespace, "rejects", domain.name, comments)
            folders |= found
            if not found:
                _show_empty(target, domain, "rejects", comments)
        for name in _LEDGER:
            folders |= _pin_current(target, "llm", name, "llm", comments)
        ops_tables.fill(target, release_id, comments)
        kept_tables.show(target, comments)
        create_macros(target)
        _note_folders(target, folders, comments)
        comments.write(target)
        target.execute("checkpoint")


def _tables(release_id: int | None) -> list[dict[str, Any]]:
    return journal.rows(
        "select * from release_tables where release_id = ? order by domain, table_name",
        (release_id,),
    )


def _show_table(
    target: duckdb.DuckDBPyConnection, table: dict[str, Any], comments: Comments
) -> None:
    """Show a released table; one whose files are damaged says so, and the others are shown."""
    name, paths = (table["domain"], table["table_name"]), json.loads(table["files"])
    columns = json.loads(table["columns"])
    try:
        _create_view(target, *name, files_query(paths, columns))
    except (duckdb.IOException, duckdb.InvalidInputException):
        _create_view(target, *name, unreadable_query(".".join(name), paths, columns))
    comments.add_view(*name, json.loads(table["comments"]))


def _create_view(target: duckdb.DuckDBPyConnection, schema: str, name: str, query: str) -> None:
    target.execute(f"create schema if not exists {identifier(schema)}")
    target.execute(f"create view {identifier(schema)}.{identifier(name)} as {query}")


def _pin_current(
    target: duckdb.DuckDBPyConnection, namespace: str, table: str, schema: str, comments: Comments
) -> set[str]:
    """Show a table of the lake as it is now; returns the folder readers need for it."""
    metadata = metadata_locations(namespace).get(table)
    if metadata is None:
        return set()
    snapshot = snapshot_at(target, metadata)
    described = target.execute(
        f"describe select * from iceberg_scan({literal(plain(metadata))})"
    ).fetchall()
    columns = {row[0]: row[1] for row in described}
    known = words_of(namespace, table).items()
    _create_view(target, schema, table, pinned_query(snapshot, columns))
    words = {name: text for name, text in known if not name or name in columns}
    comments.add_view(schema, table, words)
    return {snapshot.location}


def _show_empty(
    target: duckdb.DuckDBPyConnection, domain: Product, table: str, comments: Comments
) -> None:
    """Show a raw table that has no row yet, so that a query over it is no error."""
    _create_view(target, domain.name, table, empty_query(domain.tables[table]))
    comments.add_view(domain.name, table, words_of(domain.namespace, table))


def _note_folders(target: duckdb.DuckDBPyConnection, folders: set[str], comments: Comments) -> None:
    """Say which folders a reader has to reach, and no other."""
    target.execute("create table ops.release_folders (folder varchar)")
    comments.add(
        "table",
        "ops.release_folders",
        "One row per folder that holds files of this release.",
        {"folder": "Folder of a table; a reader needs access to these and nothing else."},
    )
    if known := [plain(folder) for folder in sorted(folders)]:
        target.execute(f"insert into ops.release_folders select unnest({list_of(known)})")


def _drop_superseded(release_id: int) -> None:
    for other, files in files_by_release().items():
        kept = _FILES_KEPT_OF_A_RELEASE if other == release_id else 1
        for path in files:
            if path in files[:-kept] and not is_latest(path):
                path.unlink(missing_ok=True)
            elif path.stat().st_mode & WRITABLE:  # written by an earlier version
                path.chmod(READ_ONLY)
    for path in lake().releases.glob(".release-*"):
        path.unlink(missing_ok=True)  # of a build that was killed: this one holds the lock
    tier_files.drop_lone(lake().releases)
