"""A product that waits for others lands in a process of its own, beside the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.ingestion.knowledge.corpus import message, slack
from tests.ingestion.lakes import Plant, csv
from tests.ingestion.landing_apart import land_apart
from tests.ingestion.raw_rows import raw_rows

BOTH = ("telemetry", "knowledge")


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """A plant and a Slack workspace, both with something to land, and an empty lake."""
    plant = Plant(tmp_path)
    plant.deliver("day1.csv", csv(0, 10))
    exports = tmp_path / "exports"
    exports.mkdir()
    for day, second in (("2024-01-01", 1704096000), ("2024-01-02", 1704182400)):
        told = message(f"{second}.000100", f"a word of {day}")
        (exports / f"chat {day}.zip").write_bytes(slack({f"general/{day}": [told]}))
    declared = {"corpus_source": "chat", "kind": "slack", "location": str(exports)}
    plant.declaration.with_name("chat.yml").write_text(yaml.safe_dump(declared))
    return plant


def syncs() -> int:
    """Return how many exports landed."""
    return int(raw_rows("raw_knowledge", "select count(*) from syncs")[0][0])


def test_both_land_and_what_each_says_stands_together(plant: Plant) -> None:
    done = land_apart(*BOTH)
    assert done.returncode == 0, done.stderr
    told = [line.split()[0] for line in done.stdout.splitlines() if line[:1].isalpha()]
    assert told[:4] == ["source", "plant", "source", "chat"]
    assert len(plant.rows("select * from readings")) == 10
    assert syncs() == 2
    again = land_apart(*BOTH)
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() == "as before: telemetry 1 file, knowledge 2 files"


def test_the_gravest_code_counts_and_a_broken_file_is_told_once(plant: Plant) -> None:
    (plant.declaration.parent / "broken.yml").write_text("source: [unclosed\n")
    done = land_apart(*BOTH)
    assert done.returncode == 1, done.stderr
    assert (done.stdout + done.stderr).count("broken.yml") == 1
    (plant.declaration.parent / "broken.yml").unlink()
    absent = land_apart(*BOTH, "--source", "chat")
    assert absent.returncode == 2
    assert "'chat' is not declared" in absent.stderr
    assert syncs() == 2


def test_one_that_dies_is_told_of_the_other_lands_and_the_next_goes_on(plant: Plant) -> None:
    done = land_apart(*BOTH, FAULT="package-ready:2")  # the plant has one package
    assert done.returncode == 137, done.stderr
    assert len(plant.rows("select * from readings")) == 10
    again = land_apart(*BOTH)
    assert again.returncode == 0, again.stderr
    assert "as before: telemetry 1 file" in again.stdout
    assert syncs() == 2


def test_it_ends_with_the_process_that_started_it(plant: Plant) -> None:
    code = (
        "import time; from ingestion.landing.beside import Beside; "
        "Beside('telemetry', []); time.sleep(3600)"
    )
    hanging = os.environ | {"FAULT_HANG": "day1.csv"}
    started = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT_ROOT, env=hanging)
    parent = psutil.Process(started.pid)
    while len(beside := parent.children(recursive=True)) < 2:  # the landing, and what reads for it
        time.sleep(0.05)
    started.kill()
    started.wait()
    gone, _ = psutil.wait_procs(beside, timeout=60)
    assert set(gone) == set(beside)
