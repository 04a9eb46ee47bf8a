"""A copy of the build database in which an estimate builds, so that nobody notices.

The lake's lock is looked at and never taken: a build that begins during the copy goes on, and the
copy is made again after it. dbt is told by the environment: a build in the copy takes no lock, is
no run and shows nothing to readers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.lakehouse import lock
from ingestion.lakehouse.dbt_environment import environment as dbt_environment
from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.lake import lake

VARIABLE = "SLUICE_SCRATCH"  # folder of the copy; the profile reads it too
PARSED = "partial_parse.msgpack"  # the project as dbt has read it
COMPILED = "jinja_code.bin"  # its templates as Jinja has compiled them
AHEAD = "ahead"  # in that folder: rows that have not landed and count (`runs/ahead.py`)
NAME = "build.duckdb"  # the stored views name the database: a copy has to have its name


def is_scratch() -> bool:
    """Say whether this process builds in a copy that is thrown away."""
    return bool(os.environ.get(VARIABLE))


def ahead_folder() -> Path | None:
    """Return where rows lie that count in this process though they have not landed."""
    folder = Path(os.environ[VARIABLE]) / AHEAD if is_scratch() else None
    return folder if folder and folder.is_dir() else None


@contextmanager
def scratch_build() -> Iterator[Path]:
    """Give a folder with a copy of the build database, for a while.

    Raises:
        LakeLocked: a build is under way: half of it would be counted.
    """
    parent = lake().root / "estimates"
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    try:
        if lake().build_db.exists():
            _copy_when_still(lake().build_db, folder / NAME)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_when_still(source: Path, target: Path) -> None:
    """Copy a file that builds write, at a time when none did."""
    copied = None
    while True:
        lock.wait_until_free()
        found = source.stat()
        state = (found.st_ino, found.st_size, found.st_mtime_ns)
        if state == copied:
            return
        shutil.copyfile(source, target)
        copied = state


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a dbt that builds in a copy: its own files beside it."""
    target = folder / "target"
    target.mkdir(exist_ok=True)
    for name in (PARSED, COMPILED):  # what was parsed before need not be parsed again
        if (known := target_folder() / name).is_file():
            shutil.copyfile(known, target / name)
    own = {VARIABLE: str(folder), "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
    return dbt_environment() | own
