"""What keeps a lake in order knows the phases of its runs."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from python_models.release import phase_tables
from python_models.runs import doctor_kept
from python_models.upkeep import backup, compact, relocate, repair, restore, retention
from tests.python_models.kept_runs import NEWS, keep_run, kept

TWO = {"r1": [1, 2], "r2": [1, 2]}


def begun(run_id: str, started_at: str = "2026-01-01 00:00:00.000000") -> None:
    """Write a run into the journal."""
    journal.put(
        "runs",
        [
            {
                "invocation_id": f"i-{run_id}",
                "run_id": run_id,
                "started_at": started_at,
                "status": "success",
            }
        ],
    )


def kept_rows() -> list[str]:
    """Return the run of each row that phases keep."""
    names = ("initialization", "scraping")
    tables = [catalog().load_table((NEWS.phase_namespace, name)) for name in names]
    return [run for table in tables for run in table.scan().to_arrow()["run_id"].to_pylist()]


def retain(capsys: pytest.CaptureFixture[str], *, dry_run: bool = False) -> dict[str, list[str]]:
    """Run retention; returns the runs whose phases go."""
    capsys.readouterr()
    assert retention.retention(argparse.Namespace(dry_run=dry_run, json=True)) == 0
    found: dict[str, list[str]] = json.loads(capsys.readouterr().out)["phases_dropped"]
    return found


def test_runs_beyond_the_100th_of_their_report_and_90_days_are_dropped_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_READABLE", 2)
    for number in range(1, 5):
        keep_run(f"r{number}", number)
        begun(f"r{number}")
    keep_run("w1", 5, report="weekly")
    begun("w1")
    everything = kept()
    assert retain(capsys, dry_run=True) == {"news": ["r1", "r2"]}
    assert kept() == everything
    assert retain(capsys) == {"news": ["r1", "r2"]}
    left = {"r3": [1, 2], "r4": [1, 2], "w1": [1, 2]}
    assert kept() == left
    # the journal keeps what a kept run is gone on from by
    assert [row["run_id"] for row in journal.rows("select run_id from runs order by 1")] == list(
        left
    )
    assert retain(capsys) == {}
    for name in ("scraping", phase_tables.RUNS):
        table = catalog().load_table((NEWS.phase_namespace, name))
        assert len(table.snapshots()) == 1


def test_young_runs_stay_however_many_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_READABLE", 1)
    monkeypatch.setattr(retention, "KEPT_DAYS", 100_000)
    keep_run("r1", 1)
    keep_run("r2", 2)
    assert retain(capsys) == {}
    assert kept() == TWO


@pytest.mark.parametrize("point", ["scraping", "initialization"])
def test_a_kill_while_runs_are_dropped_is_mended_by_the_next(
    point: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_run("r1", 1)
    keep_run("r2", 2)
    code = (
        "import argparse; from python_models.upkeep import retention;"
        "retention.KEPT_READABLE = 1;"
        "retention.retention(argparse.Namespace(dry_run=False, json=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        env=os.environ | {"FAULT": f"retention.phases.{point}"},
        check=False,
    )
    assert done.returncode == 137
    assert len(kept_rows()) < 6  # it hit in the middle: one table at least has less
    monkeypatch.setattr(retention, "KEPT_READABLE", 1)
    assert retain(capsys) == {"news": ["r1"]}
    assert kept() == {"r2": [1, 2]}


def test_phases_come_back_from_a_backup(tmp_path: Path) -> None:
    keep_run("r1", 1)
    keep_run("r2", 2)
    made, _ = backup.take(tmp_path / "backups")
    assert not made.missing
    shutil.rmtree(lake().warehouse / NEWS.phase_namespace)
    options = argparse.Namespace(
        dir=str(tmp_path / "backups"), number=None, overwrite=True, json=True
    )
    assert restore.restore(options) == 0
    assert kept() == TWO


def test_phases_are_read_where_a_lake_was_moved_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_run("r1", 1)
    keep_run("r2", 2)
    new = tmp_path / "else" / "where"
    new.parent.mkdir()
    shutil.move(lake().root, new)
    monkeypatch.setenv("SLUICE_LAKE", str(new))
    reset_settings()
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    assert kept() == TWO
    keep_run("r3", 3)
    assert kept() == TWO | {"r3": [1, 2]}


def test_a_lost_catalog_is_made_again_with_the_phases(capsys: pytest.CaptureFixture[str]) -> None:
    keep_run("r1", 1)
    keep_run("r2", 2)
    begun("r1")
    lake().catalog_db.write_bytes(b"this is no database")
    assert repair.repair(argparse.Namespace(json=False)) == 0
    assert kept() == TWO


def test_doctor_counts_kept_runs_and_names_a_lost_file() -> None:
    keep_run("r1", 1)
    assert list(doctor_kept.phases()) == [("phases", True, "phases of 1 runs")]
    (lost,) = (lake().warehouse / NEWS.phase_namespace / "scraping").rglob("*.parquet")
    lost.unlink()
    ((_, is_good, says),) = doctor_kept.phases()
    assert not is_good
    assert str(lost) in says
    assert "make restore" in says


def test_files_of_runs_are_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "FEWEST_FILES", 2)
    for number in range(1, 4):
        keep_run(f"r{number}", number)
    assert compact.compact(argparse.Namespace(dry_run=False, json=True)) == 0
    table = catalog().load_table((NEWS.phase_namespace, "scraping"))
    assert len(list(table.scan().plan_files())) == 3
    assert len(kept()) == 3
