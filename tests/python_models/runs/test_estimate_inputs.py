"""What an estimate builds in its copy is told as it goes on, and read once for all builds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.scratch import NAME
from python_models.runs import estimate_inputs
from python_models.runs.estimate_inputs import (
    MANIFEST,
    PARSED,
    _followed,
    _keep_parsed,
    _stand_in_for_gates,
    last_manifest,
)
from python_models.runs.slices import Choice

ALL = Choice((), {})


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder dbt writes to when a build is no copy."""
    folder = tmp_path / "target"
    monkeypatch.setattr(estimate_inputs, "target_folder", lambda: folder)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the folder of an estimate's copy, in which dbt has read the project."""
    folder = tmp_path / "copy"
    (folder / "target").mkdir(parents=True)
    (folder / "target" / PARSED).write_bytes(b"read by the estimate")
    return folder


@pytest.fixture
def runs_of_dbt(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Have dbt write a manifest and nothing else; return its arguments, run by run."""
    told: list[list[str]] = []

    def run(folder: Path, arguments: list[str]) -> None:
        told.append(arguments)
        manifest = {"metadata": {"invocation_id": "copy"}, "nodes": {}}
        (folder / "target" / MANIFEST).write_text(json.dumps(manifest))

    monkeypatch.setattr(estimate_inputs, "run_dbt", run)
    return told


def test_what_a_first_estimate_read_of_the_project_is_kept_for_builds(copy, target) -> None:
    _keep_parsed(copy)
    assert (target / PARSED).read_bytes() == b"read by the estimate"
    assert [path.name for path in target.iterdir()] == [PARSED]


def test_what_a_build_read_of_the_project_stays(copy, target) -> None:
    target.mkdir()
    (target / PARSED).write_bytes(b"read by a build")
    _keep_parsed(copy)
    assert (target / PARSED).read_bytes() == b"read by a build"


@pytest.mark.parametrize(("last", "parses"), [("one", 0), ("two", 1), (None, 1)])
def test_the_project_is_not_read_again_for_the_build_that_still_stands(
    last, parses, copy, target, runs_of_dbt
) -> None:
    target.mkdir()
    (target / MANIFEST).write_text(json.dumps({"metadata": {"invocation_id": "one"}}))
    found = last_manifest(copy, last, ALL)
    assert [one[0] for one in runs_of_dbt] == ["parse"] * parses
    assert found["metadata"]["invocation_id"] == ("copy" if parses else "one")


def test_without_a_manifest_the_project_is_read(copy, target, runs_of_dbt) -> None:
    assert last_manifest(copy, "one", ALL)["metadata"] == {"invocation_id": "copy"}
    assert runs_of_dbt == [["parse"]]


def test_a_lake_that_was_never_built_has_the_gates_that_python_models_open(copy) -> None:
    models = (PROJECT_ROOT / "python_models" / "models").glob("*/*.py")
    opened = {gate for one in models for gate in re.findall(r'"(gate_\w+)"', one.read_text())}
    assert "gate_knowledge__after_staging" in opened
    _stand_in_for_gates(copy)
    with duckdb.connect(copy / NAME) as connection:
        for gate in opened:
            assert connection.query(f"select * from ops.{gate}").fetchall() == []
        connection.execute("insert into ops.gate_knowledge__after_staging values ('kept')")
    _stand_in_for_gates(copy)  # of a lake that was built they stay
    with duckdb.connect(copy / NAME) as connection:
        kept = connection.query("select * from ops.gate_knowledge__after_staging")
        assert kept.fetchall() == [("kept",)]


def test_a_build_is_told_a_quarter_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"12:00:00  {n} of 9 OK created sql view model a.m{n}\n" for n in range(1, 10)]
    hook = "12:00:00  1 of 1 OK hook: sluice.on-run-start.0 .. [OK in 0.05s]\n"
    assert _followed([hook, "12:00:00  1 of 9 START sql view model a.m1\n", *lines])[2:] == lines
    told = capsys.readouterr().err.splitlines()
    assert told == [f"estimate: {n} of 9 built .." for n in (3, 5, 7, 9)]
