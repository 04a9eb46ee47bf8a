from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.golden.figures import run_demo
from tests.shared_by_workers import once, shared


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's first command makes on no lake, done once by all processes.

    In it: `lake`, whose figures are held against the approved ones; `kept` and `typed`, copies that
    those who type what comes after may move; `target`, what dbt has parsed.
    """
    folder = shared(tmp_path_factory, "demo")
    once(folder, _run_and_keep)
    return folder


def _run_and_keep(folder: Path) -> None:
    lake = run_demo(folder)
    for name in ("kept", "typed"):
        shutil.copytree(lake, folder / name, symlinks=True)
