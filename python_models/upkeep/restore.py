"""Command `restore`: puts a backup where the lake belongs, checks it, and lets it be used.

Everything is copied and compared with its hash beside the lake first; the lake that was there is
kept under another name. Where the folder is another one than the backup was taken of, the paths
inside are mended; killed before that, the lake refuses to be used until it is done.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
from datetime import UTC, datetime
from pathlib import Path

from ingestion.lakehouse import migrations
from ingestion.lakehouse.disk_space import DiskFull, room
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.generation import RESTORING, mending, troubles
from ingestion.lakehouse.lake import lake, uses_object_store
from ingestion.lakehouse.lake_version import FILE as VERSION_FILE
from ingestion.lakehouse.lake_version import NewerLake
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import settings
from python_models.release import lake_files, release_file
from python_models.upkeep import relocate
from python_models.upkeep.backup_store import Backup, Store

# what a command that looked at an empty lake leaves there
_NOTHING = (VERSION_FILE, "version.lock", "lock", "backup.lock", "fold.lock", "spill", "docs")


class CannotRestore(RuntimeError):
    """The lake must not be overwritten; the message says what to do."""


def restore(options: argparse.Namespace) -> int:
    """Restore a backup, the newest one when none is named, and say what came back."""
    store = Store(Path(options.dir).expanduser().absolute())
    chosen = store.named(options.number)
    aside = put_back(store, chosen, options.overwrite)
    wrong = verified()
    document = {
        "number": chosen.number,
        "generation": chosen.generation,
        "files": len(chosen.files),
        "kept": str(aside) if aside else None,
        "wrong": wrong,
    }
    if options.json:
        emit_document(document)
    else:
        say(
            f"Backup {chosen.number} of {chosen.taken_at}, generation {chosen.generation}, is the "
            f"lake {settings().sluice_lake} now: {len(chosen.files)} files, each compared with "
            "its hash. The next build makes the build database anew and asks nothing again."
        )
        if aside:
            say(f"The lake that was there is kept as {aside}.")
        for line in wrong:
            say(line)
    return 1 if wrong else 0


def put_back(store: Store, chosen: Backup, is_overwriting: bool) -> Path | None:
    """Make a backup the lake in force; returns where the one that was there is kept.

    Raises:
        CannotRestore: a lake is there, and nobody said that it may be replaced.
        NewerLake: the backup was written by newer code.
        BackupDamaged: a content is not what it should be.
        DiskFull: there is no room for it; nothing was restored.
    """
    root = settings().sluice_lake
    if chosen.layout > migrations.layout():
        raise NewerLake(
            f"Backup {chosen.number} has layout {chosen.layout}, this code knows layouts up to "
            f"{migrations.layout()}: update this checkout, then restore."
        )
    if not is_empty(root) and not is_overwriting:
        raise CannotRestore(
            f"There is a lake in {root}. Restore into another folder (SLUICE_LAKE=...), or let it "
            "be replaced with ARGS=--overwrite: it is kept under another name."
        )
    beside = root.with_name(f".{root.name}.restoring")
    shutil.rmtree(beside, ignore_errors=True)
    size = sum(entry.bytes for entry in chosen.files)
    try:
        with room(beside.parent, "what is restored", lambda: size):
            for entry in chosen.files:
                store.bring(entry, beside / entry.path)
                fault("restore.object")
    except DiskFull:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    if chosen.latest:
        (beside / "latest.duckdb").symlink_to(chosen.latest)
    (beside / RESTORING).write_text(chosen.root, encoding="utf-8")
    aside = _make_room(root)
    beside.chmod(0o700)  # as a new lake is: its owner's alone
    beside.rename(root)
    fault("restore.placed")
    finish(chosen.root)
    return aside


def is_empty(root: Path) -> bool:
    """Say whether a folder holds nothing worth keeping, or a restore that was cut short."""
    if not root.exists() or (root / RESTORING).exists():
        return True
    return all(path.name in _NOTHING for path in root.iterdir())


def _make_room(root: Path) -> Path | None:
    if not root.exists():
        return None
    if is_empty(root):
        shutil.rmtree(root)
        return None
    with (root / "lock").open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRestore(f"A build runs in {root}: end it before you replace it.") from None
        aside = root.with_name(f"{root.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        return root.rename(aside)


def finish(old: str) -> None:
    """Mend the paths of a lake that was put into another folder, and let it be used."""
    root = settings().sluice_lake
    with mending(root):
        if old != str(root) and not uses_object_store() and lake().catalog_db.exists():
            relocate.mend(old, str(root))
        elif lake().latest.exists():
            release_file.point_tiers(lake().releases / lake().latest.readlink().name)
        (root / RESTORING).unlink(missing_ok=True)


def verified() -> list[str]:
    """Return what is wrong with the lake that was restored."""
    found = [trouble.says for trouble in troubles(lake().root)]
    if found:
        return found
    wrong = lake_files.look(lake_files.hoped_for(release_file.current_release_id()), is_deep=True)
    return [f"{path}: {says}" for path, says in wrong.items()]
