"""How many bytes a run adds to the lake."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.lakehouse.lake import lake, uses_object_store, warehouse_uri
from ingestion.lakehouse.objects import stored_bytes
from ingestion.lakehouse.paths import local_path

BEFORE_VARIABLE = "SLUICE_BYTES_BEFORE"  # what the lake had when the run began, its landing too
_PASSING = {"spill", "logs"}  # gone or turned over by itself


def told(before: int | None) -> dict[str, str]:
    """Return what a build is told by its environment of what the lake had, where that is known."""
    return {} if before is None else {BEFORE_VARIABLE: str(before)}


def bytes_before() -> int | None:
    """Return what the lake had when the run began: before its landing, where it had one."""
    said = os.environ.get(BEFORE_VARIABLE, "")
    return int(said) if said.isdigit() else lake_bytes()


def added_since(before: int | None) -> int | None:
    """Return how many bytes the lake has more (or less) by now; None when nobody can say."""
    now = lake_bytes()
    return None if before is None or now is None else now - before


def lake_bytes() -> int | None:
    """Return how many bytes the lake's files have, those in its object store too.

    A file with several names counts once; what is spilled and logged does not count. None when
    the object store does not answer.
    """
    root = lake().root
    entries = [one for one in os.scandir(root) if one.name not in _PASSING]
    stored: int | None = 0
    if uses_object_store():
        stored = stored_bytes()
    elif (warehouse := Path(local_path(warehouse_uri()))).is_dir() and not _is_below(warehouse):
        entries += os.scandir(warehouse)
    sizes = dict(_sizes(entries))
    return None if stored is None else sum(sizes.values()) + stored


def _is_below(folder: Path) -> bool:
    return folder.resolve().is_relative_to(lake().root.resolve())


def _sizes(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield (what a file is known by, its size) below folders; any may go away meanwhile."""
    for entry in entries:
        try:
            if entry.is_symlink():
                continue
            if entry.is_dir():
                with os.scandir(entry.path) as inside:
                    yield from _sizes(inside)
                continue
            known = entry.stat()
        except FileNotFoundError:
            continue
        yield (known.st_dev, known.st_ino), known.st_size
