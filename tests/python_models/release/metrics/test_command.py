"""`make metric` lists what there is, gives rows in every format, and refuses in words."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import duckdb
import pytest
import yaml

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release.metrics import command
from python_models.release.metrics.declarations import declared
from tests.dashboards.conversations_rows import write_conversations
from tests.dashboards.synthetic import DDL

PAGE = (PROJECT_ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
TYPED = [line for line in PAGE.splitlines() if line.startswith("make metric")]


@pytest.fixture
def released(tmp_path: Path) -> None:
    path = tmp_path / "r000007.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(DDL)
        write_conversations(connection, rows=False)
        connection.execute(
            "insert into telemetry.issues (control_id, severity)"
            " values ('oven-01', 'minor'), ('oven-01', 'critical'), ('press-01', 'minor')"
        )
    lake().latest.parent.mkdir(parents=True, exist_ok=True)
    lake().latest.symlink_to(path)


def test_asked_for_nothing_it_lists_every_metric(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in declared().metrics)
    assert "by metric_time, control_id, rule, severity, stage" in said
    assert max(map(len, said.splitlines())) <= 110


def test_it_gives_rows_in_the_formats_of_make_sql(
    released: None, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--name", "issues, critical_issues", "--by", "control_id,control_id"]
    assert command.main([*asked, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == [
        {"control_id": "oven-01", "issues": 2, "critical_issues": 1},
        {"control_id": "press-01", "issues": 1, "critical_issues": 0},
    ]
    assert command.main([*asked, "--where", "severity = 'critical'", "--format", "csv"]) == 0
    said = capsys.readouterr().out
    assert said == "control_id,issues,critical_issues\noven-01,1,1\n"


def test_the_select_itself_can_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--name", "cycles", "--by", "month", "--sql"]) == 0
    assert "from telemetry.cycles" in capsys.readouterr().out


def test_a_wrong_word_is_refused_before_a_release_is_looked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--name", "cyles"]) == 1
    assert "Did you mean cycles? make metric lists all." in capsys.readouterr().err


def test_without_a_release_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--name", "cycles"]) == 1
    assert "run `make run` first" in capsys.readouterr().err


@pytest.mark.parametrize("line", [one for one in TYPED if "--metricflow" not in one])
def test_a_line_of_the_docs_runs_as_it_stands(
    released: None, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word.partition("=") for word in shlex.split(line)[2:]]
    assert command.main([f"--{name.lower()}={value}" for name, _, value in words]) == 0
    assert capsys.readouterr().out


def test_a_metric_of_the_docs_is_the_one_that_is_declared() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    declared_there = yaml.safe_load(example)["metrics"][0]
    path = PROJECT_ROOT / "dbt_project" / "metrics" / "telemetry" / "metrics.yml"
    ours = yaml.safe_load(path.read_text(encoding="utf-8"))["metrics"]
    assert declared_there in ours
