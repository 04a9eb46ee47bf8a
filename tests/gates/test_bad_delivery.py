"""A bad delivery, end to end: it stops at its gate, and readers keep what they had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.lake import load_extensions
from ingestion.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
GATE = "gate_telemetry__after_landing"
PROMISE = "a file is at most one fifth rejects"


@dataclass
class Plant:
    """A lake of its own with one machine's day in it."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    def run(self, *command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run a command as a user would; returns what it said."""
        known = {name.upper() for name in Settings.model_fields}
        environment = {name: value for name, value in os.environ.items() if name not in known}
        environment |= {
            "SLUICE_LAKE": str(self.lake),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            **self.more,
        }
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def land(self) -> None:
        done = self.run(sys.executable, "-m", "ingestion", "telemetry")
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        dbt = str(Path(sys.executable).with_name("dbt"))
        kinds = ("--resource-type", "model", "--resource-type", "seed")
        own = () if "--select" in arguments else ("--select", "telemetry", "llm", "ops")
        return self.run(dbt, "build", *own, *kinds, *arguments, cwd=ROOT / "dbt_project")

    def statuses(self) -> dict[str, str]:
        """Return {node: status} of the last build."""
        results = json.loads((self.folder / "target" / "run_results.json").read_text())
        return {
            result["unique_id"].split(".")[-1]: result["status"] for result in results["results"]
        }

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """Ask the release readers see."""
        with duckdb.connect(str(self.lake / "latest.duckdb"), read_only=True) as connection:
            load_extensions(connection)
            return connection.execute(sql).to_arrow_table().to_pylist()


def spoiled(text: str) -> str:
    """Return a delivery of which two lines in five hold a word where a number belongs."""
    header, *lines = text.splitlines()
    power = header.split(";").index("Leistung_kW")
    for number, line in enumerate(lines):
        fields = line.split(";")
        if number % 5 < 2 and len(fields) > power:
            fields[power] = "defekt"
            lines[number] = ";".join(fields)
    return "\n".join([header, *lines]) + "\n"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """Release a sound day, then deliver a spoiled one and build again."""
    made = Plant(tmp_path_factory.mktemp("plant"))
    demo = made.lake / "demo" / "telemetry"
    size = ("--controls", "1", "--days", "1", "--seed", "7", "--out", str(demo))
    done = made.run(sys.executable, "-m", "ingestion.telemetry.simulator", *size)
    assert done.returncode == 0, done.stderr
    made.land()
    first = made.build()
    assert first.returncode == 0, first.stdout[-6000:]
    yield made


@pytest.fixture(scope="module")
def before(plant: Plant) -> list[dict[str, Any]]:
    return plant.ask("select * from telemetry.cycles order by cycle_id")


@pytest.fixture(scope="module")
def stopped(plant: Plant, before: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """The build that meets the bad delivery."""
    folder = plant.lake / "demo" / "telemetry" / "press"
    sound = sorted(folder.glob("*.csv"))[0]
    (folder / "spoiled.csv").write_text(spoiled(sound.read_text(encoding="utf-8-sig")))
    plant.land()
    return plant.build()


def test_the_build_fails_and_says_which_promise_broke_where(
    stopped: subprocess.CompletedProcess[str],
) -> None:
    assert stopped.returncode != 0
    assert f"{GATE} stops the build: 1 of" in stopped.stdout
    assert f"new_files: {PROMISE} -- 1 unexpected row" in stopped.stdout
    assert "spoiled.csv" in stopped.stdout
    assert "accepted_loads" in stopped.stdout


def test_everything_below_the_gate_is_skipped(
    plant: Plant, stopped: subprocess.CompletedProcess[str]
) -> None:
    statuses = plant.statuses()
    assert statuses.pop(GATE) == "error"
    below = {name: status for name, status in statuses.items() if status != "success"}
    assert set(below.values()) == {"skipped"}
    assert {"stg_telemetry__readings", "cycles", "release_telemetry__published"} <= set(below)


def test_the_last_release_stays_up_and_says_why(
    plant: Plant, before: list[dict[str, Any]], stopped: subprocess.CompletedProcess[str]
) -> None:
    assert plant.ask("select * from telemetry.cycles order by cycle_id") == before
    assert [row["release_id"] for row in plant.ask("select release_id from ops.releases")] == [1]
    (row,) = plant.ask(
        f"select * from ops.gate_results where gate = '{GATE}' and not success "
        "and severity = 'critical'"
    )
    assert row["expectation"] == PROMISE
    assert not row["broken_check"]
    assert "spoiled.csv" in str(row["sample_keys"])
    newest = plant.ask("select status from ops.runs order by started_at desc limit 1")
    assert newest[0]["status"] != "success"


def test_the_docs_show_the_broken_promise(
    plant: Plant, stopped: subprocess.CompletedProcess[str]
) -> None:
    folder = plant.lake / "docs" / "gates"
    assert "stopped the build: 1 broken" in (folder / "index.html").read_text()
    page = (folder / f"{GATE}.html").read_text()
    assert PROMISE in page
    assert "spoiled.csv" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_person_may_let_the_delivery_pass_once_for_all(
    plant: Plant, stopped: subprocess.CompletedProcess[str]
) -> None:
    (row,) = plant.ask(
        f"select * from ops.gate_results where gate = '{GATE}' and not success "
        "and severity = 'critical'"
    )
    (key,) = json.loads(row["sample_keys"]) if isinstance(row["sample_keys"], str) else []
    given = json.dumps({"accepted_loads": [key["load_id"]]})
    assert plant.build("--select", GATE, "--vars", given).returncode == 0
    assert plant.build("--select", GATE).returncode == 0
