"""Builds of a small project on a Sail server, as they are and through kills of each part."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.runs import dbt_command
from python_models.runs.nothing_new import nothing_new_since
from tests.python_models.tiny import Tiny

# where the project is judged the extra is there
pytestmark = pytest.mark.skipif(
    not (find_spec("pysail") and find_spec("pyspark")) and not os.environ.get("SLUICE_CI"),
    reason="NOT TESTED: no Spark server (make setup-spark)",
)
PROJECT = PROJECT_ROOT / "tests/python_models/layered_project"
_COMMAND = """
import sys
from pathlib import Path
from python_models.runs import dbt_command
dbt_command.DBT_FOLDER = Path(sys.argv[1])
from python_models.runs import __main__ as commands, run
name, *arguments = sys.argv[2:]
raise SystemExit(run.main(arguments) if name == "run" else commands.main([name, *arguments]))
"""


@pytest.fixture
def layered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", PROJECT)
    project = Tiny(tmp_path)
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    project.write_things()
    return project


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND, str(PROJECT), *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ran(*arguments: str, **environment: str) -> str:
    process = start(*arguments, **environment)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said


def build(engine: str) -> str:
    return ran("run", "--build-only", "--engine", engine)


def shown() -> dict[str, list[Any]]:
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        return {
            name: connection.execute(f"from plant.{name} order by all").fetchall()
            for name in ("things", "judgements")
        }


def answers() -> int:
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        [[count]] = connection.execute("select count(*) from llm.calls").fetchall()
    return count


@pytest.mark.slow
def test_a_new_lake_built_on_spark_through_a_kill_is_the_one_duckdb_builds(layered: Tiny) -> None:
    layered.write_things(days=4, value=2)
    run = start("run", "--build-only", "--engine", "spark", FAULT="layer.handed_over:2")
    said, _ = run.communicate()
    assert run.returncode != 0, said
    assert "Layer 4 of 5" not in said
    assert not lake().latest.exists()
    ran("resume")
    on_spark = shown()
    assert len(on_spark["things"]) == 16
    [run_id] = [row["run_id"] for row in journal.rows("select distinct run_id from runs")]
    done = journal.rows("select node, status from node_runs where run_id = ?", (run_id,))
    assert {"unique_things_thing_id", "judgements", "release_plant__published"} <= {
        row["node"] for row in done if row["status"] in ("success", "pass")
    }
    [file] = list(catalog().load_table("plant.things").scan().plan_files())
    assert file.file.record_count == 16  # what Spark wrote is what is released
    took = json.loads((lake().root / "logs" / "layers.json").read_text())
    handed_over_to = {one["engine"] for one in took["layers"] if one["handing_over_s"] > 0}
    assert handed_over_to == {"local", "spark"}
    assert took["pinning_s"] > 0
    build("local")
    assert shown() == on_spark
    assert answers() == 16


@pytest.mark.long
def test_a_build_on_spark_releases_what_one_on_duckdb_does_and_copies_nothing(
    layered: Tiny,
) -> None:
    build("local")
    before = shown()
    layered.write_things(days=4, value=2)
    said = build("spark")
    assert "Layer 1 of 5" in said
    on_spark = shown()
    assert len(on_spark["things"]) == 16 != len(before["things"])
    assert {row[2] for row in on_spark["judgements"]} == {8}
    newest = journal.rows("select run_id from runs order by rowid desc limit 1")[0]["run_id"]
    nodes = journal.rows(
        "select node, rows_out, status from node_runs where run_id = ? and resource_type = 'model'",
        (newest,),
    )
    assert len(nodes) == len({row["node"] for row in nodes}) == 7
    assert {row["status"] for row in nodes} == {"success"}
    assert {row["node"]: row["rows_out"] for row in nodes}["things"] == 16
    things = catalog().load_table("plant.things")
    [file] = list(things.scan().plan_files())
    assert file.file.record_count == 16  # what Spark wrote is what is released
    last = nothing_new_since({})
    assert last is not None
    assert last["run_id"] == newest
    build("local")
    assert shown() == on_spark
    assert answers() == 16


def kill_server(module: str) -> Callable[[subprocess.Popen[str]], None]:
    """Return what kills a server of a run as soon as a layer runs on Spark."""

    def kill(run: subprocess.Popen[str]) -> None:
        of_run = psutil.Process(run.pid)
        while run.poll() is None:
            there = [(one, command_of(one)) for one in of_run.children(recursive=True)]
            if any("--target spark" in line and " build " in line for _, line in there):
                for one, line in there:
                    if module in line:
                        one.send_signal(signal.SIGKILL)
                        return
            time.sleep(0.05)

    return kill


def command_of(process: psutil.Process) -> str:
    """Return a process's command, none when it has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def wait(run: subprocess.Popen[str]) -> None:
    run.wait()


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "kill"),
    [
        ("layer.handed_over", wait),
        ("node.gate_plant__after_staging", wait),
        ("node.things", wait),
        ("node.llm_plant__things_judged", wait),
        ("layer.handed_over:2", wait),
        ("publish.all_committed", wait),
        ("", kill_server("spark_server --follow")),
        ("", kill_server("rest_catalog.embedded")),
    ],
    ids=["run", "gate", "spark", "llm", "run later", "release", "sail", "catalog"],
)
def test_a_run_goes_on_after_any_part_of_it_was_killed(
    layered: Tiny, fault: str, kill: Callable[[subprocess.Popen[str]], None]
) -> None:
    build("local")
    before = shown()
    layered.write_things(days=4, value=2)
    run = start("run", "--build-only", "--engine", "spark", FAULT=fault)
    kill(run)
    said, _ = run.communicate()
    assert run.returncode != 0, said
    assert shown() == before
    said = ran("resume")
    assert "succeeded" in said
    assert len(shown()["things"]) == 16
    assert {row[3] for row in shown()["judgements"]} == {4}
    assert answers() == 16
    assert len(journal.rows("select distinct run_id from runs")) == 2
