"""Going on with a run: on its own tables, or not at all."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from ingestion.lake import lake, load_extensions
from python_models.ops import __main__ as commands
from python_models.ops import journal, release_file
from tests.ops.test_build import released
from tests.ops.tiny import Tiny


def state() -> dict[str, Any]:
    """Return all that a refused command may not change."""
    with duckdb.connect(str(lake().build_db)) as build:
        load_extensions(build)
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


def test_marts_of_a_new_run_are_not_published_on_what_another_made_before(tiny: Tiny) -> None:
    assert tiny.dbt("build")[0] == 0
    tiny.write_things(days=5)
    assert tiny.dbt("build", "--exclude", "stg_tiny__things")[0] == 0
    assert released("select count(*) from tiny.things") == [(12,)]
    (last,) = journal.rows("select message from node_runs where message like 'not published%'")
    assert "stg_tiny__things" in last["message"]
