"""Going on with a run: on its own tables, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import PRODUCTS
from python_models.release import release_file
from python_models.runs import __main__ as commands
from python_models.runs import dbt_command, going_on
from tests.python_models.runs.test_build import released
from tests.python_models.tiny import Tiny


def state() -> dict[str, Any]:
    """Return all that a refused command may not change."""
    with connect_duckdb(lake().build_db) as build:
        names = build.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where schema_name <> 'ops' union all select schema_name || '.' || view_name"
            " from duckdb_views() where not internal order by 1"
        ).fetchall()
        rows = {name: build.execute(f"from {name}").fetchall() for (name,) in names}
        views = build.execute("select view_name, sql from duckdb_views() order by 1").fetchall()
    tables = ("runs", "node_runs", "run_args", "gate_results", "releases", "release_files")
    kept = {table: journal.rows(f"select rowid, * from {table}") for table in tables}
    return {"rows": rows, "views": views, "latest": lake().latest.readlink()} | kept


def run_ids() -> list[str]:
    """Return the runs in the order they began."""
    found = journal.rows("select run_id from runs group by run_id order by min(rowid)")
    return [row["run_id"] for row in found]


def refused(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that has to be refused and to change nothing; returns what it said."""
    before = state()
    capfd.readouterr()
    assert commands.main(list(arguments)) != 0
    assert state() == before
    return "".join(capfd.readouterr())


@pytest.mark.long
def test_a_phase_of_an_older_run_is_not_made_of_the_tables_of_a_newer_one(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tiny.dbt("build")[0] == 0
    tiny.write_things(days=9)
    assert tiny.dbt("build", "--select", "+things")[0] == 0
    older, newer = run_ids()
    for phase in ("marts", "release"):
        said = refused(capfd, "phase-run", "--run", older, "--phase", phase)
        assert newer in said
        assert "mixture" in said
        assert "make build" in said
    assert "things" in said
    said = refused(capfd, "resume", "--run", older, "--from", "totals")
    assert newer in said
    assert released("select count(*) from tiny.things") == [(12,)]


def test_a_run_goes_on_with_its_own_tables_whatever_others_did(tiny: Tiny) -> None:
    assert tiny.dbt("build")[0] == 0
    # these made nothing that the marts read: a failed one, a test, an older run that went on
    assert tiny.dbt("build", "--select", "things", "--vars", "{factor: nonsense}")[0] == 1
    assert tiny.dbt("test", "--select", "totals")[0] in (0, 1)
    run_id = run_ids()[0]
    assert commands.main(["phase-run", "--run", run_id, "--phase", "marts"]) == 0
    assert commands.main(["phase-run", "--run", run_id, "--phase", "release"]) == 0
    assert commands.main(["resume", "--run", run_id, "--from", "staging"]) == 0
    assert released("select count(*) from tiny.things") == [(12,)]
    assert release_file.current_release_id() == 1


@pytest.mark.long
def test_what_did_not_succeed_in_a_run_is_no_ground_for_its_later_phases(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tiny.dbt("build")[0] == 0
    tiny.write_things(days=5)
    assert tiny.dbt("build", "--vars", "{factor: nonsense}")[0] == 1
    failed = run_ids()[1]
    said = refused(capfd, "phase-run", "--run", failed, "--phase", "release")
    assert "things" in said
    assert f"make resume RUN={failed}" in said


def test_a_run_killed_half_way_is_resumed_and_not_once_another_has_built_over_it(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tiny.dbt("build", FAULT="node.things:1")[0] == 137
    killed = run_ids()[0]
    assert commands.main(["resume"]) == 0
    assert released("select count(*) from tiny.things") == [(12,)]
    tiny.write_things(days=5)
    assert tiny.dbt("build", "--full-refresh")[0] == 0
    newer = run_ids()[1]
    assert newer in refused(capfd, "resume", "--run", killed, "--from", "totals")
    # all of it anew is no mixture: the older run has every table that it reads
    assert commands.main(["resume", "--run", killed, "--from", "stg_tiny__things"]) == 0


def test_dbt_retry_by_hand_is_refused_when_another_run_came_between(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    tiny.write_things(value=-1)
    assert tiny.dbt("build")[0] == 1
    results = tiny.folder / "target" / "run_results.json"
    kept = results.read_bytes()
    tiny.write_things(days=5)
    assert tiny.dbt("build")[0] == 0
    results.write_bytes(kept)
    before = state()
    code, said = tiny.dbt("retry")
    assert code != 0, said
    assert run_ids()[1] in said
    assert state() == before


@pytest.mark.long
def test_marts_of_a_new_run_are_not_published_on_what_another_made_before(tiny: Tiny) -> None:
    assert tiny.dbt("build")[0] == 0
    tiny.write_things(days=5)
    assert tiny.dbt("build", "--exclude", "stg_tiny__things")[0] == 0
    assert released("select count(*) from tiny.things") == [(12,)]
    (last,) = journal.rows("select message from node_runs where message like 'not published%'")
    assert "stg_tiny__things" in last["message"]


@pytest.fixture
def larger(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The tiny project with a table that only grows and one that reads a raw table."""
    project = tiny.folder / "project"
    shutil.copytree(dbt_command.DBT_FOLDER, project)
    settings = project / "dbt_project.yml"
    macros = PROJECT_ROOT / "dbt_project" / "macros"
    settings.write_text(settings.read_text().replace("../../../dbt_project/macros", str(macros)))
    middle = project / "models" / "tiny" / "intermediate"
    middle.mkdir()
    (middle / "grown.sql").write_text(
        "{{ config(materialized='incremental', schema='tiny_int') }}\n"
        "select * from {{ ref('things') }}\n"
        "{% if is_incremental() %} where thing_id not in (select thing_id from {{ this }})"
        "{% endif %}\n"
    )
    (middle / "landed.sql").write_text(
        "{{ config(materialized='table', schema='tiny_int') }} select * from raw_experiments.files"
    )
    # named as the folder of all models is
    (middle / "tiny.sql").write_text(
        "{{ config(materialized='table', schema='tiny_int') }} select * from {{ ref('things') }}"
    )
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", project)
    return tiny


def land_a_file(load_id: str) -> None:
    """Let one more file be known to the raw table of files."""
    shape = PRODUCTS["experiments"].tables["files"]
    opened = catalog()
    opened.create_namespace_if_not_exists("raw_experiments")
    table = opened.create_table_if_not_exists(("raw_experiments", "files"), shape)
    table.append(pa.Table.from_pylist([{"load_id": load_id}], shape))


def built(query: str) -> list[tuple[Any, ...]]:
    """Ask the build database."""
    with connect_duckdb(lake().build_db) as build:
        return build.execute(query).fetchall()


def test_a_phase_run_reads_the_raw_tables_as_its_run_did_or_is_refused(
    larger: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    land_a_file("first")
    assert larger.dbt("build")[0] == 0
    land_a_file("second")
    run_id = run_ids()[0]
    assert commands.main(["phase-run", "--run", run_id, "--phase", "intermediate"]) == 0
    assert built("select load_id from tiny_int.landed") == [("first",)]
    nodes = "select node from node_runs where invocation_id = (select invocation_id from runs"
    ran = journal.rows(f"{nodes} order by rowid desc limit 1)")
    assert {row["node"] for row in ran} == {"grown", "landed", "tiny"}
    pinned = json.loads(journal.rows("select pins from runs limit 1")[0]["pins"])
    Path(pinned["raw_experiments"]["files"].removeprefix("file://")).unlink()
    before = {table: journal.rows(f"select * from {table}") for table in ("runs", "node_runs")}
    assert commands.main(["phase-run", "--run", run_id, "--phase", "intermediate"]) != 0
    said = "".join(capfd.readouterr())
    assert "no longer kept as they were then" in said
    assert "make build" in said
    assert {table: journal.rows(f"select * from {table}") for table in before} == before


def test_a_table_another_run_added_to_is_not_added_to_under_the_name_of_an_older_run(
    larger: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    assert larger.dbt("build")[0] == 0
    older = run_ids()[0]
    # a table that is made whole may be made again; one that grows holds what the other added
    assert larger.dbt("build", "--select", "totals")[0] == 0
    assert commands.main(["phase-run", "--run", older, "--phase", "marts"]) == 0
    assert larger.dbt("build", "--select", "grown")[0] == 0
    said = refused(capfd, "phase-run", "--run", older, "--phase", "intermediate")
    assert "grown" in said
    assert run_ids()[-1] in said


def test_a_seed_loaded_again_from_the_same_file_is_the_same_table() -> None:
    seed, model = "seed.plant.limits", "model.plant.things"
    depends = {"nodes": [seed], "macros": []}
    path = "seeds/plant/limits.csv"
    kind = {"config": {"materialized": "seed"}, "fqn": ["plant", "plant", "limits"]}
    graph = {
        seed: kind | {"name": "limits", "resource_type": "seed", "original_file_path": path},
        model: {"name": "things", "resource_type": "model", "depends_on": depends, "fqn": []},
    }
    for run_id, text in (("run-1", "a"), ("run-2", "a"), ("run-3", "b")):
        journal.put("runs", [{"invocation_id": run_id, "run_id": run_id, "started_at": "2026",
                              "command": "dbt seed", "status": "success"}])  # fmt: skip
        arguments = dict.fromkeys(("arguments", "variables", "environment"), "{}")
        files = {"files": json.dumps({f"dbt_project/{path}": text}), "recorded_at": "2026"}
        keys = {"invocation_id": run_id, "run_id": run_id, "selected": json.dumps([seed, model])}
        journal.put("run_args", [keys | arguments | files])
        journal.put("node_runs", [{"invocation_id": run_id, "run_id": run_id, "unique_id": seed,
                                   "node": "limits", "status": "success"}])  # fmt: skip
        if run_id != "run-3":
            going_on.refuse_mixture(graph, [model], "run-1")
    with pytest.raises(going_on.Mixture, match="run-3"):
        going_on.refuse_mixture(graph, [model], "run-1")
