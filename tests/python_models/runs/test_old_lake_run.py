"""A lake of the first layout, relocated, goes on as if nothing had happened.

Its build database was left out of the archive: every model is built anew, from raw tables that
landed and answers that were paid.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release import release_file
from python_models.runs import doctor
from python_models.upkeep import relocate
from tests import parsed_once
from tests.python_models import old_lake


def module(tmp_path: Path, *words: str) -> str:
    """Run a command of the project to its end; returns what it said."""
    folders = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs")}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=PROJECT_ROOT, env=os.environ | folders, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_run_on_an_old_lake_lands_nothing_again_and_asks_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old_lake.unpack(tmp_path / "old", monkeypatch)
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    parsed_once.lend(tmp_path / "target", {})
    found = doctor.examine()
    assert [one.detail for one in found if not one.is_good] == []
    answers = journal.rows("select count(*) as n from llm_attempts")[0]["n"]
    assert answers > 100
    for is_first in (True, False):
        said = module(tmp_path, "ingestion")
        tallies = [line.split() for line in said.splitlines() if line.startswith("demo_")]
        # where files moved to they are read once more, and known by their content
        assert len(tallies) == (10 if is_first else 0)
        for _, _, rows_in, accepted, duplicate, rejected in tallies:
            assert (accepted, duplicate, rejected) == ("0", rows_in, "0")
        assert is_first or "as before: telemetry 10 files" in said

    # the three products it knows: what a build of the others makes, the golden figures show
    before = release_file.current_release_id()
    module(tmp_path, "python_models.runs.run", "--domain", "telemetry,conversations,experiments")
    asked = "select count(*) as n from llm_attempts"
    assert journal.rows(asked)[0]["n"] == answers
    last = journal.rows("select * from runs order by started_at desc limit 1")[0]
    assert last["status"] == "success"
    spent = journal.rows(
        "select sum(calls) as calls, sum(cached_calls) as cached from llm_step_runs"
        " where invocation_id = ?",
        (last["invocation_id"],),
    )[0]
    assert spent["calls"] == 0
    assert spent["cached"] > 100
    newest = release_file.current_release_id()
    assert newest == before + 3
    assert str(newest) in module(tmp_path, "python_models.runs", "releases")
    # what its own runs released can be compared, and gone back to
    differing = module(tmp_path, "python_models.runs", "release-diff", str(before), str(newest))
    assert differing.startswith(f"Release {before} -> {newest}")
    assert "telemetry.readings" not in differing
    module(tmp_path, "python_models.runs", "release-rollback", str(before))
    assert release_file.current_release_id() == before
    of_old = journal.rows("select run_id from runs order by started_at limit 1")[0]["run_id"]
    assert of_old in module(tmp_path, "python_models.runs", "run-show", of_old)
