from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.golden.figures import run_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's first command makes on no lake, done once by all processes.

    In it: `lake`, whose figures are held against the approved ones; `kept`, a copy of it that the
    one who types what comes after may move; `target`, what dbt has parsed.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not (folder / "is_there").exists():
            shutil.copytree(run_demo(folder), folder / "kept", symlinks=True)
            (folder / "is_there").touch()
    return folder
