"""Keeps a copy of a lake from reading, and writing into, the lake it is a copy of.

Tables and releases name their files by whole paths: those of a lake that was copied or moved
name the folder it came from, until `make relocate` mends them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ingestion.lakehouse.lake_version import FILE, FILES, LakeRefused
from ingestion.lakehouse.migrations import CATALOG
from ingestion.lakehouse.paths import SQLITE_WAIT_SECONDS, local_path, sqlite_uri
from ingestion.lakehouse.settings import settings

_moving: set[Path] = set()


class LakeElsewhere(LakeRefused):
    """The lake's paths name another folder than the one it lies in."""


@contextmanager
def moving(root: Path) -> Iterator[None]:
    """Let this process open a lake whose paths it is about to mend."""
    _moving.add(root)
    try:
        yield
    finally:
        _moving.discard(root)


def require_here(root: Path) -> None:
    """Refuse a lake whose catalog names tables of another one.

    Raises:
        LakeElsewhere: says which folder it names, and what to do.
    """
    if settings().sluice_catalog_uri is None and (named := _named_by_catalog(root)):
        require_inside(root, named)


def require_inside(root: Path, named: str) -> None:
    """Refuse a path that lies in another lake than the one that names it.

    Raises:
        LakeElsewhere: says which one, and what to do.
    """
    path = local_path(named)
    if root in _moving or "://" in path:
        return
    # the same folder may be reached by another name, a link or a mount; and where no lake is any
    # more, nothing of it can be read: what needs a file says that it is not there
    other = next((one for one in Path(path).parents if _is_lake(one)), None)
    if other is None or other.samefile(root):
        return
    raise LakeElsewhere(
        f"The lake in {root} is a copy: what it holds names {path}, which is of the lake {other}."
        " Nothing was read or changed there. `make relocate` lets its paths begin with the folder"
        " it lies in; set SLUICE_LAKE to the other folder if that is the one you mean."
    )


def _is_lake(folder: Path) -> bool:
    """Say whether a lake lies there: a file `VERSION` alone is any project's."""
    return all((folder / name).is_file() for name in (FILE, FILES[CATALOG]))


def _named_by_catalog(root: Path) -> str | None:
    """Return the metadata file of some table; None where there is none, or it cannot be read."""
    catalog = root / FILES[CATALOG]
    if not catalog.exists():
        return None
    try:
        with closing(
            sqlite3.connect(sqlite_uri(catalog, "ro"), uri=True, timeout=SQLITE_WAIT_SECONDS)
        ) as opened:
            row = opened.execute("select metadata_location from iceberg_tables limit 1").fetchone()
    except sqlite3.Error:  # made just now, or damaged: others say so
        return None
    return row[0] if row else None
