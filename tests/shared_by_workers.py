"""What all workers of a session use and one of them makes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder that the workers of this session share, and no other session."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name


def once(folder: Path, make: Callable[[Path], object]) -> None:
    """Have something made in a folder unless it has been; others wait until it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not (folder / "is_there").exists():
            make(folder)
            (folder / "is_there").touch()
