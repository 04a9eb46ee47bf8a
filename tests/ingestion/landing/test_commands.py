"""dlt's own commands look into the lake, and a landing's books survive being read by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.dlt_context import LakeContext
from tests.ingestion.lakes import Plant, csv


def test_dlt_commands_typed_by_hand_find_the_pipeline(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    environment = {name: value for name, value in os.environ.items() if name != "DLT_DATA_DIR"}
    dlt = Path(sys.executable).parent / "dlt"
    for command, words in {
        "info": ["readings with 1 table(s)", str(plant.lake)],
        "trace": ["COMPLETED", "load package(s) were loaded"],
        "failed-jobs": ["No failed jobs found"],
    }.items():
        done = subprocess.run(
            [dlt, "pipeline", "telemetry", command],
            cwd=PROJECT_ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for word in words:
            assert word in done.stdout


def test_the_context_follows_the_lake(plant: Plant) -> None:
    os.environ.pop("DLT_DATA_DIR", None)
    assert LakeContext(None).data_dir == str(plant.lake / "dlt")


def test_a_run_with_nothing_new_starts_neither_dlt_nor_pyiceberg(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.land()
    code = (
        "import sys; from ingestion.__main__ import main; "
        "assert main(['telemetry', '--source', 'plant']) == 0; "
        "heavy = {'dlt', 'pyiceberg', 'pyarrow', 'duckdb'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_wrong_with_a_declaration_is_said_once(plant: Plant) -> None:
    (plant.declaration.parent / "broken.yml").write_text("source: [unclosed\n")
    (plant.declaration.parent / "odd.yml").write_text("source: odd\nkinds: cycles\n")
    done = subprocess.run(
        [sys.executable, "-m", "ingestion"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    wrong = [line for line in said.splitlines() if "odd.yml" in line]
    assert said.count("broken.yml") == 1, said
    assert len(wrong) == len(set(wrong)) == 3, said  # three things, each said once
