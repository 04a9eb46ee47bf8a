"""Journal, catalog and releases of a lake belong together: each holds the lake's id and generation.

The generation grows whenever readers are shown another state. It is written to the journal
first, then to the catalog, then to `VERSION`, so a crash leaves one of four states, which are
told from a store that was lost, replaced or put back from an older copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake_admission import admit
from ingestion.lakehouse.lake_version import (
    FILES,
    RELEASES,
    LakeRefused,
    Version,
    adopt_store,
    identity_of,
    opened,
    read_version,
    turn,
    write_version,
)
from ingestion.lakehouse.migrations import CATALOG, JOURNAL
from ingestion.lakehouse.whereabouts import require_here

# says of a lake that its paths still name the folder the backup was taken of
RESTORING = "RESTORING"
MEND = (
    "Put it back if you moved it, take a backup with `make restore DIR=`, or let `make repair` "
    "make it again from what is left. `make doctor` says what else is wrong. Nothing was changed."
)


class LakeDisagrees(LakeRefused):
    """Parts of the lake are missing or not of one state; the message says which."""


@dataclass(frozen=True)
class Trouble:
    """One part that is not as the others say it should be."""

    store: str  # journal, catalog or releases
    kind: str  # missing, damaged, foreign, older or unmarked
    says: str


_agreed: dict[Path, tuple] = {}
_mending: set[Path] = set()


@contextmanager
def mending(root: Path) -> Iterator[None]:
    """Let this process open a lake whose parts disagree, to mend it."""
    _mending.add(root)
    try:
        yield
    finally:
        _mending.discard(root)
        _agreed.pop(root, None)


def is_being_mended(root: Path) -> bool:
    """Say whether this process mends the lake now."""
    return root in _mending


def require_agreement(root: Path) -> None:
    """Refuse to use journal or catalog of a lake whose parts disagree.

    Raises:
        LakeDisagrees: says which part, how, and what to do.
        LakeElsewhere: it is a copy whose paths name the original.
    """
    if root in _mending:
        return
    mark = _mark(root)
    if _agreed.get(root) == mark:
        return
    admit(root)
    if troubles(root):
        with turn(root):  # somebody may have been in the middle of raising the generation
            found = troubles(root)
            if found:
                raise LakeDisagrees("\n".join(trouble.says for trouble in found) + f"\n{MEND}")
    require_here(root)
    _heal(root)
    _agreed[root] = _mark(root)


def _mark(root: Path) -> tuple:
    found: list[tuple[int, int] | None] = []
    for path in (root / "VERSION", *(root / name for name in FILES.values())):
        try:
            known = path.stat()
            found.append((known.st_ino, known.st_mtime_ns if path.name == "VERSION" else 0))
        except FileNotFoundError:
            found.append(None)
    return (*found, (root / "latest.duckdb").exists())


def troubles(root: Path) -> list[Trouble]:
    """Return which parts of a lake are missing or of another state than the rest."""
    version = read_version(root)
    if version is None:
        return []
    if (root / RESTORING).exists():
        says = f"The restore of {root} was cut short: run `make restore DIR=` once more."
        return [Trouble("lake", "restoring", says)]
    found, numbers = [], {}
    for store, name in FILES.items():
        trouble, number = _looked_at(root / name, store, version)
        found += [trouble] if trouble else []
        if number is not None:
            numbers[store] = number
    found += _out_of_step(root, version, numbers) if not found else []
    if RELEASES in version.stores and not (root / "latest.duckdb").exists():
        shown = f" ({version.shown})" if version.shown else ""
        says = f"{root / 'latest.duckdb'} or the release file it names{shown} is missing."
        found.append(Trouble(RELEASES, "missing", says))
    return found


def _looked_at(path: Path, store: str, version: Version) -> tuple[Trouble | None, int | None]:
    """Return what is wrong with one store by itself, and its generation."""
    was_made = store in version.stores
    if not path.exists():
        says = f"{path} is missing: this lake had one, in generation {version.generation}."
        return (Trouble(store, "missing", says) if was_made else None), None
    try:
        with opened(path) as connection:
            known = identity_of(connection)
    except sqlite3.DatabaseError as error:
        return Trouble(store, "damaged", f"{path} cannot be read: {error}."), None
    if known is None:
        says = f"{path} does not say which lake it belongs to: it is new, or older than this lake."
        return (Trouble(store, "unmarked", says) if was_made else None), None
    if known[0] != version.lake_id:
        says = f"{path} belongs to another lake ({known[0]}, this one is {version.lake_id})."
        return Trouble(store, "foreign", says), None
    return None, known[1]


def _out_of_step(root: Path, version: Version, numbers: dict[str, int]) -> list[Trouble]:
    """Return the stores that are older than what a crash while raising the number can leave.

    It is raised in the order journal, catalog, `VERSION`.
    """
    newest = max([version.generation, *numbers.values()])
    journal = numbers.get(JOURNAL)
    catalog = numbers.get(CATALOG)
    found = []
    if journal is not None and journal < newest:
        found.append(JOURNAL)
    may_lag = version.generation == newest - 1  # only then was the raising under way
    if catalog is not None and catalog < newest - (1 if may_lag else 0):
        found.append(CATALOG)
    return [
        Trouble(
            store,
            "older",
            f"{root / FILES[store]} is of generation {numbers[store]}, the lake of {newest}: it "
            "was put back from an older copy.",
        )
        for store in found
    ]


def _heal(root: Path) -> None:
    """Finish a raising of the generation that a crash cut short."""
    version = read_version(root)
    if version is None:
        return
    for store, name in FILES.items():
        if store not in version.stores and (root / name).exists():
            with opened(root / name) as connection:
                adopt_store(connection, root, store)
    if any(number != version.generation for number in _numbers(root).values()):
        with turn(root):
            _set(root, max([version.generation, *_numbers(root).values()]))


def _numbers(root: Path) -> dict[str, int]:
    found = {}
    for store, name in FILES.items():
        if (root / name).exists():
            with opened(root / name) as connection:
                known = identity_of(connection)
            if known:
                found[store] = known[1]
    return found


def raise_generation(root: Path, shown: str | None = None) -> int:
    """Note that readers are shown another state; returns the new generation.

    Args:
        root: the lake.
        shown: name of the release file that `latest` now points to, when it changed.
    """
    with turn(root):
        version = read_version(root)
        known = _numbers(root)
        number = max([version.generation if version else 0, *known.values()]) + 1
        _set(root, number, shown)
    return number


def _set(root: Path, number: int, shown: str | None = None) -> None:
    for store in (JOURNAL, CATALOG):
        path = root / FILES[store]
        if path.exists():
            with opened(path) as connection, connection:
                if identity_of(connection):
                    connection.execute("update lake_identity set generation = ?", (number,))
        fault(f"generation.{store}")
    version = read_version(root)
    if version is None:
        return
    made = [*_numbers(root), *([RELEASES] if shown else [])]
    stores = (*version.stores, *(store for store in made if store not in version.stores))
    write_version(
        root,
        replace(version, generation=number, stores=stores, shown=shown or version.shown),
    )
    fault("generation.version")
