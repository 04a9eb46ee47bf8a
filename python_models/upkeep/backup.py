"""Command `backup`: copies a lake into a folder, whole and of one state, while builds may run.

The journal is copied before the catalog (SQLite's online backup), the catalog before the files it
names: what is copied later only knows more, which is what a crash leaves, and any command mends.
Data files never change, so a file of known size and time is not read again. Left out is what is
made again without asking anybody: the build database, docs and working folders.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.lakehouse.disk_space import room
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.file_lock import exclusive
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake, uses_object_store, warehouse_uri
from ingestion.lakehouse.lake_version import FILE as VERSION_FILE
from ingestion.lakehouse.lake_version import Version, opened, read_version, stores_of, turn
from ingestion.lakehouse.output import emit_document, say
from python_models.release.snapshot_files import plain
from python_models.upkeep.backup_store import Backup, Entry, Store

LOCK = "backup.lock"
_ATTEMPTS = 3
_LEFT_OUT = (
    "build.duckdb", "spill", "docs", "search", "settled", "latest.", "lock", ".VERSION",
    "fold.lock", "asked.json",
)  # fmt: skip
_LEFT_OUT_OF_DLT = ("scratch", "/load/", "/normalize/", ".lock", "_seen.db", "_waiting.db")


class CannotBackUp(RuntimeError):
    """The folder cannot take this lake's backup; the message says why."""


def backup(options: argparse.Namespace) -> int:
    """Take a backup, and say what it holds."""
    folder = Path(options.dir).expanduser().absolute()
    made, copied = take(folder)
    size = sum(entry.bytes for entry in made.files)
    document = {
        "number": made.number,
        "folder": str(folder),
        "generation": made.generation,
        "files": len(made.files),
        "bytes": size,
        "bytes_copied": copied,
        "missing": made.missing,
    }
    if options.json:
        emit_document(document)
    else:
        say(
            f"Backup {made.number} of generation {made.generation} in {folder}: {len(made.files)}"
            f" files, {size / 1e6:,.1f} MB, of which {copied / 1e6:,.1f} MB were copied now."
        )
        if made.warehouse:
            say(f"Tables lie in {made.warehouse} and are not part of it: keep versions there.")
        for path in made.missing[:20]:
            say(f"The lake points to {path}, which is not there: see `make doctor`.")
    return 1 if made.missing else 0


def take(folder: Path) -> tuple[Backup, int]:
    """Take a backup of the lake in force; returns it, and how many bytes were read for it.

    Raises:
        CannotBackUp: the folder lies in the lake or holds backups of another lake.
        DiskFull: the folder has no room for it; earlier backups stay.
        Locked: another backup, or something that deletes files, is under way.
    """
    root = lake().root
    require_agreement(root)
    if folder.resolve().is_relative_to(root.resolve()):
        raise CannotBackUp(f"{folder} lies in the lake itself: name a folder outside, DIR=...")
    store = Store(folder)
    store.prepare()
    before = next(store.backups(), None)
    version = read_version(root)
    if version is None or (before and before.lake_id != version.lake_id):
        raise CannotBackUp(f"{folder} holds backups of another lake: name another folder.")
    with (
        exclusive(root / LOCK, "The lake's set of files"),
        exclusive(folder / "lock", "DIR"),
        room(folder, "the backup", lambda: _bytes_to_copy(root, before)),
    ):
        for _ in range(_ATTEMPTS):
            made, copied = _copied(root, store, before)
            if not made.missing:
                break
        store.write(made)
    return made, copied


def _bytes_to_copy(root: Path, before: Backup | None) -> int:
    """Return what a backup takes at most: databases are copied twice, the rest where it is new."""
    known = {(entry.path, entry.bytes) for entry in before.files} if before else set()
    rest = ((path.relative_to(root).as_posix(), path.stat().st_size) for path in _rest(root))
    databases = sum(path.stat().st_size for _, path in stores_of(root))
    return 2 * databases + sum(size for name, size in rest if (name, size) not in known)


def _copied(root: Path, store: Store, before: Backup | None) -> tuple[Backup, int]:
    entries: dict[str, Entry] = {}
    with TemporaryDirectory(dir=store.folder, prefix=".databases-") as scratch:
        version, latest = _copy_state(root, Path(scratch), store, entries)
        needed = set(_needed(Path(scratch), root))
    copied = sum(entry.bytes for entry in entries.values())
    known = {entry.path: entry for entry in before.files} if before else {}
    for path in _rest(root):
        name = path.relative_to(root).as_posix()
        if name in entries:
            continue
        entry, is_new = _entry(path, name, store, known.get(name))
        if entry:
            entries[name] = entry
            copied += entry.bytes if is_new else 0
    made = Backup(
        number=before.number + 1 if before else 1,
        lake_id=version.lake_id,
        layout=version.layout,
        generation=version.generation,
        root=str(root),
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        latest=latest,
        files=tuple(entries[name] for name in sorted(entries)),
        missing=tuple(sorted(needed - entries.keys())),
        warehouse=warehouse_uri() if uses_object_store() else None,
    )
    return made, copied


def _copy_state(
    root: Path, scratch: Path, store: Store, entries: dict[str, Entry]
) -> tuple[Version, str | None]:
    """Copy what changes, while nobody raises the generation: it is of one state."""
    with turn(root):
        version = read_version(root)
        assert version is not None
        copies = [(path, _copy_database(path, scratch / path.name)) for _, path in stores_of(root)]
        link = root / "latest.duckdb"
        latest = link.readlink().as_posix() if link.is_symlink() else None
        shown = [root / latest] if latest and (root / latest).exists() else []
        fault("backup.databases")
        for path, copy in [*copies, *((path, path) for path in (*shown, root / VERSION_FILE))]:
            name = path.relative_to(root).as_posix()
            sha256, size = store.keep(copy)
            entries[name] = Entry(name, sha256, size, path.stat().st_mtime_ns)
    return version, latest


def _copy_database(source: Path, target: Path) -> Path:
    with opened(source) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)  # all pages under one read lock: of one instant
        copy.execute("pragma journal_mode = delete")
    return target


def _rest(root: Path) -> Iterator[Path]:
    """Yield the files of a lake that are copied as they are."""
    stores = {path.name for _, path in stores_of(root)}
    for part in sorted(root.iterdir()):
        if part.name.startswith(_LEFT_OUT) or part.name.endswith((".lock", "-wal", "-shm")):
            continue
        if part.name in stores or ".aside-" in part.name or part.is_symlink():
            continue
        if part.is_file():
            yield part
            continue
        for path in sorted(part.rglob("*")):
            name = f"/{path.relative_to(root).as_posix()}"
            is_working = part.name == "dlt" and any(word in name for word in _LEFT_OUT_OF_DLT)
            if path.is_file() and not path.name.startswith(".release-") and not is_working:
                yield path


def _entry(path: Path, name: str, store: Store, known: Entry | None) -> tuple[Entry | None, bool]:
    """Return a file's entry, and whether its content had to be read; None when it went away."""
    try:
        found = path.stat()
        is_known = known and (known.bytes, known.mtime_ns) == (found.st_size, found.st_mtime_ns)
        if known and is_known and store.place_of(known.sha256).exists():
            return known, False
        sha256, size = store.keep(path)
    except FileNotFoundError:
        return None, False
    return Entry(name, sha256, size, found.st_mtime_ns), True


def _needed(scratch: Path, root: Path) -> Iterator[str]:
    """Yield the local files that the copied catalog and journal point to, relative to the lake."""
    queries = {
        "catalog.db": "select metadata_location from iceberg_tables",
        "journal.db": "select files from release_tables inner join releases using (release_id)"
        " where releases.dropped_at is null and release_tables.unreadable is null",
    }
    for name, query in queries.items():
        if not (scratch / name).exists():
            continue
        with closing(sqlite3.connect(scratch / name)) as connection:
            try:
                found = connection.execute(query).fetchall()
            except sqlite3.OperationalError:  # nothing was landed or released yet
                continue
        for (value,) in found:
            for path in json.loads(value) if value.startswith("[") else [value]:
                if plain(path).startswith(f"{root}/"):
                    yield plain(path).removeprefix(f"{root}/")
