"""Kill a landing at each of its commit boundaries: nothing is lost, nothing lands twice."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyiceberg.transforms import BucketTransform

from ingestion.__main__ import REFUSED
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.destination import durable_catalog
from tests.faults.small_disk import on_a_small_disk
from tests.ingestion.lakes import Plant, csv

KILLED = 137
BOUNDARIES = [
    "package-ready",
    "before-commit-readings",
    "after-commit-readings",
    "after-commit-files",
    "after-dlt-load",
    "after-run",
]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.setenv("SLUICE_SOURCES", "")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", os.environ.get("PYTHONPYCACHEPREFIX", "/tmp/pycache"))
    return Plant(tmp_path / "plant")


def expect(plant: Plant, rows: int) -> None:
    """The ledger of what was delivered is what the lake holds."""
    found = plant.rows("select count(*), count(distinct reading_at) from readings")
    assert found == [(rows, rows)]
    plant.check_books()


def test_a_landing_killed_at_a_boundary_is_finished_by_the_next(plant: Plant) -> None:
    delivered = 0
    for number, boundary in enumerate(BOUNDARIES):
        plant.deliver(f"day{number}.csv", csv(number * 10, 10) + "a,never,1\n")
        killed = plant.land_apart(fault=boundary)
        assert killed.returncode == KILLED, killed.stdout + killed.stderr
        delivered += 10
    assert plant.land() == 0
    expect(plant, delivered)


@pytest.mark.long
def test_every_boundary_in_turn(plant: Plant) -> None:
    delivered = number = 0
    while True:
        number += 1
        plant.deliver(f"day{number}.csv", csv(number * 10, 10) + "a,never,1\n")
        delivered += 10
        code = plant.land_apart(fault=f"*:{number}").returncode
        assert plant.land() == 0
        expect(plant, delivered)
        if code == 0:
            break
    # three for each of the three tables that get rows (readings, rejects, files), five of the load
    assert number > 14


@pytest.mark.long
def test_kills_at_random_moments(plant: Plant) -> None:
    dice = random.Random(7)
    delivered = hits = 0
    for number in range(60):
        plant.deliver(f"day{number}.csv", csv(number * 10, 10))
        delivered += 10
        process = subprocess.Popen(
            [sys.executable, "-m", "ingestion", "telemetry", "--source", "plant"],
            cwd=PROJECT_ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(dice.uniform(0.5, 5))
        process.send_signal(signal.SIGKILL)
        hits += process.wait() == -signal.SIGKILL
    assert hits > 30, "most landings had ended before they were killed"
    assert plant.land() == 0
    expect(plant, delivered)


def test_a_load_that_does_not_fit_is_set_aside_and_later_loads_pass(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    assert plant.land() == 0
    # the last table of a load, all others are committed by then, is partitioned as no file can be
    with durable_catalog().load_table("raw_telemetry.files").update_spec() as change:
        change.add_field("source", BucketTransform(4), "source_bucket")
    plant.deliver("day2.csv", csv(10, 10))
    assert plant.land() == 1
    assert "source_bucket" in capsys.readouterr().err
    assert list((plant.lake / "dlt" / "quarantine" / "telemetry").glob("*/*/readings*.parquet"))
    assert plant.rows("select count(*) from readings") == [(10,)]  # half a load is taken out again
    with durable_catalog().load_table("raw_telemetry.files").update_spec() as change:
        change.remove_field("source_bucket")
    assert plant.land() == 0
    assert plant.rows("select count(*), count(distinct reading_at) from readings") == [(20, 20)]


def test_two_landings_at_once_land_each_row_once(plant: Plant) -> None:
    for number in range(3):
        plant.deliver(f"day{number}.csv", csv(number * 10, 10))
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "ingestion", "telemetry", "--source", "plant"],
            cwd=PROJECT_ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    codes = [process.returncode for process in processes]
    assert set(codes) <= {0, 3}
    assert 0 in codes
    for code, error in zip(codes, errors, strict=True):
        assert code == 0 or "is locked by process" in error
    expect(plant, 30)


def test_a_file_that_ends_its_reader_is_refused_and_the_others_land(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.deliver("poison.csv", csv(90, 10))
    plant.deliver("day2.csv", csv(10, 10))
    monkeypatch.setenv("FAULT_FILE", "poison.csv")
    assert plant.land() == REFUSED
    assert plant.rows("select status, reason from files inner join rejects using (file_hash)") == [
        ("rejected", "reader_crashed")
    ]
    expect(plant, 20)


def test_a_full_disk_says_where_and_how_much_and_the_next_run_finishes(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    plant.deliver("day2.csv", csv(10, 60_000))
    landing = f"{sys.executable} -m ingestion telemetry --source plant"
    full, again = on_a_small_disk(lake().root, landing, free_kilobytes=600)
    assert full.code != 0
    assert f"at {lake().root}" in full.said
    assert re.search(r"disk is full: .* needs about [\d,]+ MB at .*, where [\d.,]+ MB", full.said)
    assert again.code == 0, again.said
    expect(plant, 60_010)
