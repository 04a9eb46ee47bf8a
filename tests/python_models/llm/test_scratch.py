"""The copy an estimate builds in is of a lake at rest, and never in a build's way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from python_models.llm import scratch
from tests.ingestion.lakehouse.test_lock import hold_elsewhere

BUILD = """
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lock import build_lock
with build_lock("a build"):
    lake().build_db.write_text("new rows")
"""


def test_a_build_that_begins_during_the_copy_goes_on_and_its_rows_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake().build_db.parent.mkdir(parents=True, exist_ok=True)
    lake().build_db.write_text("old")
    copies: list[Path] = []
    copyfile = scratch.shutil.copyfile

    def copy_while_a_build_runs(source: Path, target: Path) -> Any:
        done = copyfile(source, target)
        if not copies:
            subprocess.run([sys.executable, "-c", BUILD], check=True, env=os.environ)
        copies.append(target)
        return done

    monkeypatch.setattr(scratch.shutil, "copyfile", copy_while_a_build_runs)
    with scratch.scratch_build() as folder:
        assert (folder / scratch.NAME).read_text() == "new rows"
    assert len(copies) == 2


def test_while_a_build_runs_nothing_is_copied_and_its_holder_is_named() -> None:
    lake().build_db.parent.mkdir(parents=True, exist_ok=True)
    lake().build_db.write_text("half a build")
    builder = hold_elsewhere(60)
    try:
        with pytest.raises(lock.LakeLocked, match="a long build"), scratch.scratch_build():
            pytest.fail("half a build was copied")
    finally:
        builder.kill()
        builder.wait()
    assert not list((lake().root / "estimates").iterdir())
