"""Lets a process use a lake: an older one is brought forward first, a newer one is refused."""

from __future__ import annotations

import fcntl
import sqlite3
import uuid
from dataclasses import replace
from pathlib import Path

from ingestion.lakehouse import migrations
from ingestion.lakehouse.disk_space import is_full, no_room
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake_version import (
    FILE,
    FILES,
    RELEASES,
    LakeRefused,
    NewerLake,
    Version,
    identities_of,
    newer_words,
    opened,
    put_identity,
    read_version,
    refuse_newer,
    stores_of,
    turn,
    write_version,
)
from ingestion.lakehouse.migrations import CATALOG, JOURNAL, SEEN
from ingestion.lakehouse.settings import settings

_OPENED_BYTES = 1_000_000  # SQLite makes a file of shared memory and a log beside each store
_admitted: dict[Path, tuple] = {}


def admit(root: Path) -> None:
    """Let a process use a lake: bring an older one forward, refuse a newer one.

    Looks again only when `VERSION` or one of the stores is another file than last time.

    Raises:
        NewerLake: it was written by newer code.
        LakeRefused: it has to be brought forward, and that cannot be done now; or there is no
            room even to look into its stores.
    """
    mark = _mark(root)
    if _admitted.get(root) == mark:
        return
    try:
        _look(root)
    except sqlite3.OperationalError as error:
        if not is_full(error, root):
            raise
        raise LakeRefused(no_room(root, "opening the lake", _OPENED_BYTES)) from error
    _admitted[root] = _mark(root)


def _look(root: Path) -> None:
    version = read_version(root)
    if version and version.layout > migrations.layout():
        raise NewerLake(newer_words(root, version.layout, version.written_by))
    if version is None or version.layout < migrations.layout() or _is_one_behind(root):
        # a store of this layout that is being made right now is finished, whoever builds
        if version is None or version.layout < migrations.layout():
            _refuse_while_building(root)
        _bring_forward(root)


def _mark(root: Path) -> tuple:
    """Return what changes when `VERSION` is written or a store is put in another's place."""
    found: list[tuple[int, int] | None] = []
    for name in (FILE, *FILES.values()):
        try:
            known = (root / name).stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((known.st_ino, known.st_mtime_ns if name == FILE else 0))
    return (migrations.layout(), *found)


def _is_one_behind(root: Path) -> bool:
    """Say whether a store misses a migration; a new, empty one does not."""
    for _, path in stores_of(root):
        with opened(path) as connection:
            refuse_newer(connection, path)
            if migrations.is_behind(connection) and not _is_new(connection):
                return True
    return False


def _bring_forward(root: Path) -> None:
    try:
        with turn(root):
            _migrate(root)
    except (PermissionError, sqlite3.OperationalError) as error:
        if isinstance(error, sqlite3.OperationalError) and "readonly" not in str(error):
            raise
        if any(True for _ in stores_of(root)):
            raise LakeRefused(
                f"The lake {root} has to be brought to layout {migrations.layout()}, and this "
                f"process may not write there ({error}). Run `make doctor` as its owner once."
            ) from None


def _refuse_while_building(root: Path) -> None:
    """Tables are not changed under a build that older code runs."""
    path = root / "lock"
    if not path.exists():
        return
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LakeRefused(
                f"The lake {root} has to be brought to layout {migrations.layout()}, and a build "
                "of an older version is running in it. Wait for it to end, then try again."
            ) from None


def _migrate(root: Path) -> None:
    """Bring every store forward, then say so: killed anywhere, the next call goes on."""
    version = read_version(root) or Version(_known_id(root) or uuid.uuid4().hex, 0)
    for store, path in stores_of(root):
        with opened(path) as connection:
            refuse_newer(connection, path)
            if _is_new(connection):
                continue
            migrations.bring_forward(connection, store)
            if store != SEEN and version.layout == 0:
                put_identity(connection, version)
        fault(f"migrated.{store}")
    if version.layout == 0:
        version = _adopted(root, version)
    write_version(root, replace(version, layout=migrations.layout()))


def _adopted(root: Path, version: Version) -> Version:
    """Return the version of a lake that had none: what it holds now is what it has to hold."""
    latest = root / "latest.duckdb"
    # of releases whose pointer is lost it is known that they were there
    has_releases = latest.is_symlink() or any((root / "releases").glob("release-*.duckdb"))
    stores = [store for store, name in FILES.items() if (root / name).exists()]
    if has_releases:  # without these no release was ever made
        known = settings()
        has_server = known.sluice_catalog_uri is not None or known.sluice_catalog_type == "rest"
        needed = (JOURNAL,) if has_server else (JOURNAL, CATALOG)
        stores += [store for store in needed if store not in stores]
    generations = [found[1] for _, found in identities_of(root)]
    return replace(
        version,
        generation=max(generations, default=0),
        stores=(*stores, RELEASES) if has_releases else tuple(stores),
        shown=latest.readlink().name if latest.is_symlink() else None,
    )


def _is_new(connection: sqlite3.Connection) -> bool:
    return connection.execute("select 1 from sqlite_master limit 1").fetchone() is None


def _known_id(root: Path) -> str | None:
    """Return the id the journal (else the catalog) has, for a lake whose `VERSION` is lost."""
    return next((lake_id for _, (lake_id, _) in identities_of(root)), None)
