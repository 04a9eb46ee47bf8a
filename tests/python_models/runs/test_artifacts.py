"""The folder of a run, written while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import reset_settings
from python_models.runs import __main__ as commands
from python_models.runs import artifacts, fingerprint
from python_models.runs.build import Build
from tests.python_models.kept_runs import keep_run


def node(name: str, folder: str, product: str = "telemetry", kind: str = "table") -> dict[str, Any]:
    return {
        "unique_id": f"model.sluice.{name}",
        "name": name,
        "alias": name,
        "schema": "main",
        "resource_type": "model",
        "fqn": ["sluice", product, folder, name],
        "config": {"materialized": kind},
    }


NODES = (
    node("stg_telemetry__readings", "staging", kind="view"),
    node("int_telemetry__cycles", "intermediate"),
    node("int_telemetry__issues", "intermediate"),
    node("cycles", "marts"),
)


class Ran:
    """A build in memory whose nodes end one after another."""

    def __init__(self, root: Path, *nodes: dict[str, Any], run_id: str = "r1") -> None:
        self.folder = root / f"run_{run_id}"
        self.build = Build(f"i-{run_id}", run_id, {})
        self.build.connection = duckdb.connect()
        self.build.graph = {one["unique_id"]: one for one in nodes}
        found = artifacts.begin(self.build, list(self.build.graph))
        assert found is not None
        self.artifacts = found

    def end(self, one: dict[str, Any], status: str = "success", rows: int | None = 2) -> None:
        assert self.build.connection is not None
        if rows is not None:
            self.build.connection.execute(
                f"create table {one['name']} as select i as id, 'a' || i as name"
                f" from range({rows}) as t (i)"
            )
        row = {
            "invocation_id": self.build.invocation_id,
            "run_id": self.build.run_id,
            "unique_id": one["unique_id"],
            "node": one["name"],
            "domain": one["fqn"][1],
            "phase": artifacts.phase_of(one),
            "resource_type": "model",
            "status": status,
            "started_at": "2026-01-01 00:00:00.000000",
            "seconds": 1.5,
            "rows_in": 7,
            "rows_out": rows,
        }
        journal.put("node_runs", [row])
        self.artifacts.ended(one)

    def files(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text())
        return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUICE_ARTIFACTS", str(tmp_path / "runs"))
    monkeypatch.setenv("SLUICE_ARTIFACT_ROWS", "3")
    reset_settings()
    return tmp_path / "runs"


def test_a_phase_has_its_file_as_soon_as_it_is_over(root: Path) -> None:
    ran = Ran(root, *NODES)
    assert ran.files() == [] and (root / "latest").resolve() == ran.folder
    ran.end(NODES[0], rows=None)
    assert ran.files() == ["phase2_staging.json"]
    ran.end(NODES[1], rows=10)
    assert ran.files() == ["phase2_staging.json"]
    ran.end(NODES[2])
    assert ran.files() == ["phase2_staging.json", "phase3_intermediate.json"]
    told = ran.read("phase3_intermediate.json")
    assert [row["id"] for row in told["data"]["int_telemetry__cycles"]] == [0, 1, 2]
    assert told["data"]["int_telemetry__issues"][1] == {"id": 1, "name": "a1"}
    known = told["metadata"]
    assert (known["phase_number"], known["phase_name"]) == (3, "intermediate")
    assert (known["duration_seconds"], known["input_count"], known["output_count"]) == (3.0, 7, 2)
    assert known["status"] == "ok"
    assert "is a view" in ran.read("phase2_staging.json")["data"]["stg_telemetry__readings"]


def test_a_run_that_stops_has_the_phases_it_reached(root: Path) -> None:
    ran = Ran(root, *NODES)
    ran.end(NODES[0], rows=None)
    ran.end(NODES[1], status="error", rows=None)
    ran.artifacts.finish()
    assert ran.files() == [
        "phase2_staging.json",
        "phase3_intermediate.json",
        "phase3_intermediate.md",
    ]
    told = ran.read("phase3_intermediate.json")
    assert told["metadata"]["status"] == "failed"
    assert told["data"] == {"int_telemetry__cycles": "was not made: error"}


def test_several_products_have_a_folder_each_and_latest_moves_on(root: Path) -> None:
    other = node("articles", "marts", "conversations")
    ran = Ran(root, NODES[3], other)
    for one in (NODES[3], other):
        ran.end(one)
    ran.artifacts.finish()
    assert ran.files() == [
        "conversations/phase5_marts.json",
        "conversations/phase5_marts.md",
        "telemetry/phase5_marts.json",
        "telemetry/phase5_marts.md",
    ]
    again = Ran(root, NODES[3], run_id="r2")
    assert (root / "latest").resolve() == again.folder


def test_a_run_that_goes_on_in_one_product_writes_into_its_folder(root: Path) -> None:
    other = node("articles", "marts", "conversations")
    first = Ran(root, NODES[3], other)
    for one in (NODES[3], other):
        first.end(one)
    before = first.files()
    again = Ran(root, NODES[3])
    again.end(NODES[3], rows=3)
    assert again.files() == before
    assert len(again.read("telemetry/phase5_marts.json")["data"]["cycles"]) == 3


def test_what_cannot_be_written_is_said_and_fails_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root.write_text("a file stands where the folder should")
    ran = Ran(root, NODES[3])
    ran.end(NODES[3])
    ran.artifacts.finish()
    assert "SLUICE_ARTIFACTS: run_r1 lacks a file" in capsys.readouterr().err


def test_the_files_of_kept_phases_are_those_that_export_run_writes(
    root: Path, tmp_path: Path
) -> None:
    keep_run("r1", 1, (1, 2), rows={1: {"run": [{"run_id": "r1", "config": "{}"}]}})
    run = {"invocation_id": "i-r1", "run_id": "r1", "status": "success"}
    journal.put("runs", [run | {"started_at": "2026-01-01 00:00:00.000000"}])
    begun = node("phase_news__01_initialization", "phases", "news")
    begun["config"]["meta"] = {"phase": "1 initialization"}
    ran = Ran(root, begun)
    ran.end(begun)
    assert ran.files() == ["phase1_initialization.json"]
    out = tmp_path / "out"
    assert commands.main(["export-run", "r1", str(out), "--domain", "news"]) == 0
    assert (out / "phase1_initialization.json").read_bytes() == (
        ran.folder / "phase1_initialization.json"
    ).read_bytes()


def test_where_artifacts_go_decides_no_row(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint.config_hash({})
    monkeypatch.delenv("SLUICE_ARTIFACTS")
    reset_settings()
    assert fingerprint.config_hash({}) == before
    assert artifacts.begin(Build("i", "r", {}), []) is None
