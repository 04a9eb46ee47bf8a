"""A lake has a version: which lake it is, in which layout, and how often readers got a new state.

`VERSION` lies in the lake's folder. `admit` is called before anything in a lake is touched: a
lake of an older layout is brought forward, one of a newer layout is refused. What the journal
and the catalog say of themselves is compared with it in `ingestion.generation`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingestion import migrations
from ingestion.faults import fault
from ingestion.migrations import CATALOG, JOURNAL, SEEN
from ingestion.settings import SettingsError, settings
from ingestion.write_ahead import BUSY_SECONDS, write_ahead

RELEASES = "releases"
FILE = "VERSION"
SOFTWARE = "0.1.0"
# name of a store -> its file in the lake
FILES = {JOURNAL: "journal.db", CATALOG: "catalog.db"}


class LakeRefused(SettingsError):
    """This lake must not be used like this; the message says why and what to do."""


class NewerLake(LakeRefused):
    """The lake was written by newer code."""


@dataclass(frozen=True)
class Version:
    """What `VERSION` says.

    `generation` counts the states readers were shown, `shown` is the release file of the last
    one, `stores` names what was made and so has to be there: journal, catalog, releases.
    """

    lake_id: str
    layout: int
    generation: int = 0
    stores: tuple[str, ...] = ()
    shown: str | None = None
    written_by: str = SOFTWARE


def read_version(root: Path) -> Version | None:
    """Return what a lake says of itself; None for one that never heard of versions.

    Raises:
        LakeRefused: the file cannot be understood.
    """
    path = root / FILE
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        fields = {name: known[name] for name in Version.__dataclass_fields__ if name in known}
        return Version(**fields | {"stores": tuple(known.get("stores", ()))})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LakeRefused(
            f"{path} cannot be understood ({error}). Put it back from a backup, or delete it: "
            "then it is written anew from what journal and catalog say of themselves."
        ) from None


def write_version(root: Path, version: Version) -> None:
    """Write `VERSION` in one step that survives a loss of power."""
    beside = root / f".{FILE}.{os.getpid()}"
    content = asdict(version) | {"written_by": SOFTWARE}
    with beside.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(root / FILE)


@contextmanager
def turn(root: Path) -> Iterator[None]:
    """Wait for whoever changes version or generation of a lake now: one at a time."""
    with (root / "version.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a store that exists; never makes one."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def stores_of(root: Path) -> list[tuple[str, Path]]:
    """Return every SQLite store a lake has now, with its kind."""
    found = [(store, root / name) for store, name in FILES.items() if (root / name).exists()]
    return found + [(SEEN, path) for path in sorted((root / "dlt").glob("*_seen.db"))]


_admitted: dict[Path, tuple] = {}


def admit(root: Path) -> None:
    """Let a process use a lake: bring an older one forward, refuse a newer one.

    Looks again only when `VERSION` or one of the stores is another file than last time.

    Raises:
        NewerLake: it was written by newer code.
        LakeRefused: it has to be brought forward, and that cannot be done now.
    """
    mark = _mark(root)
    if _admitted.get(root) == mark:
        return
    version = read_version(root)
    if version and version.layout > migrations.layout():
        raise NewerLake(_newer(root, version.layout, version.written_by))
    if version is None or version.layout < migrations.layout() or _is_one_behind(root):
        _bring_forward(root)
    _admitted[root] = _mark(root)


def _mark(root: Path) -> tuple:
    """Return what changes when `VERSION` is written or a store is put in another's place."""
    found = []
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


def _is_new(connection: sqlite3.Connection) -> bool:
    return connection.execute("select 1 from sqlite_master limit 1").fetchone() is None


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a store whose tables newer code has changed.

    Raises:
        NewerLake: names the layout it needs.
    """
    number = migrations.number_of(connection)
    if number > migrations.layout():
        raise NewerLake(_newer(path, number, None))


def _newer(path: Path, number: int, written_by: str | None) -> str:
    by = f" by Sluice {written_by}" if written_by else ""
    return (
        f"{path} has layout {number}, written{by}; this code knows layouts up to "
        f"{migrations.layout()}. Use a version of Sluice that knows layout {number} (update this "
        "checkout), or restore a backup made before the update: `make restore DIR=`. "
        "Nothing was changed."
    )


def _bring_forward(root: Path) -> None:
    _refuse_while_building(root)
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
    generations = [found[1] for _, found in _identities(root)]
    return replace(
        version,
        generation=max(generations, default=0),
        stores=(*stores, RELEASES) if has_releases else tuple(stores),
        shown=latest.readlink().name if latest.is_symlink() else None,
    )


def identity_of(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """Return lake id and generation a store holds; None when it holds none."""
    if not migrations.has_table(connection, "lake_identity"):
        return None
    row = connection.execute("select lake_id, generation from lake_identity").fetchone()
    return (row[0], row[1]) if row else None


def put_identity(connection: sqlite3.Connection, version: Version) -> None:
    """Say in a store which lake it belongs to, unless it says so already."""
    with connection:
        connection.execute(
            "insert into lake_identity select ?, ? where not exists (select 1 from lake_identity)",
            (version.lake_id, version.generation),
        )


def _identities(root: Path) -> list[tuple[str, tuple[str, int]]]:
    found = []
    for store, path in stores_of(root):
        if store != SEEN:
            with opened(path) as connection:
                known = identity_of(connection)
            if known:
                found.append((store, known))
    return found


def _known_id(root: Path) -> str | None:
    """Return the id the journal (else the catalog) has, for a lake whose `VERSION` is lost."""
    return next((lake_id for _, (lake_id, _) in _identities(root)), None)


def adopt_store(connection: sqlite3.Connection, root: Path, store: str) -> None:
    """Give a store that was just made its layout, and its place in the lake, if it lies in one.

    Call it in no transaction; a crash before it ended is made good by the next opening.
    """
    if store != SEEN:
        write_ahead(connection)
    if migrations.is_behind(connection):
        migrations.bring_forward(connection, store)
    if store == SEEN or not (root / FILE).exists():
        return
    with turn(root):
        version = read_version(root)
        if version is None or store in version.stores:
            return
        put_identity(connection, version)
        write_version(root, replace(version, stores=(*version.stores, store)))
