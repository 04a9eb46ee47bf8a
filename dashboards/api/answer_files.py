"""Files that are an answer: written in the lake, sent, and gone, also when who wrote them died."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from dashboards.jobs.processes import Known, known
from ingestion.lakehouse.lake import lake

_PREFIX = ".export-"
_NAMED = re.compile(r"\.export-(\d+)-(\d*)-\w+")
_OLD_SECONDS = 86_400  # of a file whose name does not say who writes it


def answer_folder() -> Path:
    """Return a new folder that is named by this process; who sends what is in it removes it."""
    sweep()
    me = known(os.getpid())
    return Path(tempfile.mkdtemp(dir=lake().root, prefix=f"{_PREFIX}{me.pid}-{me.started}-"))


def remove(folder: Path) -> None:
    """Remove a folder and what is in it; nothing happens when it is gone."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what processes that are gone have left."""
    for path in lake().root.glob(f"{_PREFIX}*"):
        told = _NAMED.fullmatch(path.name)
        try:
            is_left = (
                not Known(int(told[1]), told[2]).is_alive()
                if told
                else path.stat().st_mtime < time.time() - _OLD_SECONDS
            )
            if is_left:
                remove(path) if path.is_dir() else path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue  # its own process has removed it
