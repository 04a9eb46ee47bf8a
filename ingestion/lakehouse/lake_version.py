"""A lake has a version: which lake it is, in which layout, and how often readers got a new state.

`VERSION` lies in the lake's folder. A lake of an older layout is brought forward and one of a newer
layout refused before anything in it is touched (`lake_admission`); what the journal and the catalog
say of themselves is compared with it in `generation`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingestion.lakehouse import migrations
from ingestion.lakehouse.migrations import CATALOG, JOURNAL, SEEN
from ingestion.lakehouse.paths import sqlite_uri
from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.write_ahead import BUSY_SECONDS, write_ahead

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
    uri = sqlite_uri(path, "rw")
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def stores_of(root: Path) -> list[tuple[str, Path]]:
    """Return every SQLite store a lake has now, with its kind."""
    found = [(store, root / name) for store, name in FILES.items() if (root / name).exists()]
    return found + [(SEEN, path) for path in sorted((root / "dlt").glob("*_seen.db"))]


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a store whose tables newer code has changed.

    Raises:
        NewerLake: names the layout it needs.
    """
    number = migrations.number_of(connection)
    if number > migrations.layout():
        raise NewerLake(newer_words(path, number, None))


def newer_words(path: Path, number: int, written_by: str | None) -> str:
    by = f" by Sluice {written_by}" if written_by else ""
    return (
        f"{path} has layout {number}, written{by}; this code knows layouts up to "
        f"{migrations.layout()}. Use a version of Sluice that knows layout {number} (update this "
        "checkout), or restore a backup made before the update: `make restore DIR=`. "
        "Nothing was changed."
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


def identities_of(root: Path) -> list[tuple[str, tuple[str, int]]]:
    found = []
    for store, path in stores_of(root):
        if store != SEEN:
            with opened(path) as connection:
                known = identity_of(connection)
            if known:
                found.append((store, known))
    return found


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
