"""A clock that goes back: what is newest goes by number. Real processes under a set-back clock."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestion.lakehouse import generation, journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release import live, release_file
from python_models.runs import invocation, nothing_new, resume
from python_models.upkeep import retention
from tests.python_models.publishing import build_database, make_things, mart, publish

pytestmark = pytest.mark.skipif(
    not shutil.which("faketime"),
    reason="NOT TESTED: faketime is not installed (apt-get install faketime)",
)
START = "runs.record_start({0!r}, {0!r}, {{}}, [], {{'which': 'build'}}, 'local')"
BACK = pytest.mark.parametrize("back", [pytest.param("-1h", marks=pytest.mark.long), "-1d"])


def set_back(back: str, code: str) -> str:
    """Run Python on this lake in a process whose clock is back; returns what it printed."""
    script = (
        "from ingestion.lakehouse import journal\n"
        "from python_models.release import release_file, rollback, live, run_states\n"
        "from python_models.upkeep import retention\n"
        "from python_models.runs import invocation as runs\n"
        "from tests.python_models.publishing import build_database, make_things, mart, publish\n"
    )
    command = ["faketime", "-f", back, sys.executable, "-c", script + code]
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def clock_of(back: str) -> None:
    """Make sure that the fault is there: the clock of such a process is behind."""
    then = datetime.fromisoformat(set_back(back, "print(journal.now())"))
    behind = datetime.fromisoformat(journal.now()) - then
    assert behind > timedelta(minutes=50)


def first_release() -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    for _ in range(3):
        release_file.refresh(None)


@BACK
def test_the_file_just_written_stays_and_latest_names_it(back: str) -> None:
    clock_of(back)
    first_release()
    before = lake().latest.readlink().name
    for _ in range(2):
        written = set_back(back, "print(release_file.refresh(None).name)")
        assert lake().latest.exists()
        assert lake().latest.readlink().name == written != before
        assert release_file.newest_file(1).name == written
    assert len(release_file.files_by_release()[1]) == 3


@BACK
def test_release_published_by_a_clock_that_is_back_is_the_newest(back: str) -> None:
    first_release()
    code = "with build_database() as build:\n    make_things(build, days=9)\n"
    assert set_back(back, f"{code}    print(publish(build, mart())[0])") == "2"
    assert lake().latest.exists()
    assert release_file.current_release_id() == 2
    code = "rollback.move_to(1); rollback.move_to(2); print(release_file.current_release_id())"
    assert set_back(back, code) == "2"
    assert lake().latest.exists()


@BACK
def test_the_last_run_is_the_one_that_began_last(back: str) -> None:
    for name in ("run-1", "run-2"):
        invocation.record_start(name, name, {}, [], {"which": "build"}, "local")
        invocation.record_end(name)
    set_back(back, f"{START.format('run-3')}; run_states.mark_killed()")
    assert live.run_named("last")["run_id"] == "run-3"
    assert resume._last_unfinished()["run_id"] == "run-3"
    last = nothing_new._last_run("telemetry")
    assert last is not None
    assert last["run_id"] == "run-3"
    with live.live_ops() as ops:
        listed = live.rows(ops, "select run_id from ops.runs order by rowid")
    assert [row["run_id"] for row in listed] == ["run-3", "run-2", "run-1"]


@BACK
def test_retention_drops_the_first_runs_and_releases_not_those_with_an_early_time(
    back: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT_READABLE", 2)
    monkeypatch.setattr(retention, "KEPT_WHOLE", 1)
    code = "with build_database() as build:\n"
    for number in range(1, 5):
        name = f"run-{number}"
        lines = [START.format(name), f"make_things(build, days={number})"]
        lines.append(f"publish(build, mart(), run={name!r})")
        body = code + "".join(f"    {line}\n" for line in lines)
        set_back(back if number > 2 else "+0d", body)
    much_later = datetime.fromisoformat(journal.now()) + timedelta(days=91)
    plan = retention.make_plan(much_later)
    assert (plan.releases, plan.runs) == ([2, 1], ["run-2", "run-1"])
    assert plan.compacted_runs == ["run-3"]
    retention.forget(plan)
    assert lake().latest.exists()
    assert set(release_file.files_by_release()) == {3, 4}


@BACK
def test_files_of_an_older_version_whose_names_are_times_come_before_numbered_ones(
    back: str,
) -> None:
    first_release()
    folder = lake().releases
    # as an older version left them: the last one written by a clock that was back
    names = ["20261128T063321201552", "20261128T063322201552", "20261127T063321201552"]
    with generation.mending(lake().root):  # until `latest` names one of them
        for name, path in zip(names, release_file.files_by_release()[1], strict=True):
            path.rename(folder / f"release-000001-{name}.duckdb")
        with journal.journal() as connection:
            connection.execute("delete from release_files")
            connection.executemany(
                "insert into release_files values (?, 1, null, ?)",
                [(f"release-000001-{name}.duckdb", name) for name in names],
            )
        release_file.point_to(folder / f"release-000001-{names[-1]}.duckdb")
    assert release_file.newest_file(1) == lake().latest.resolve()
    written = set_back(back, "print(release_file.refresh(None).name)")
    found = [path.name for path in release_file.files_by_release()[1]]
    assert found == [f"release-000001-{name}.duckdb" for name in names[1:]] + [written]
    assert lake().latest.readlink().name == written


def test_the_file_latest_names_is_never_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    first_release()
    oldest = release_file.files_by_release()[1][0]
    release_file.point_to(oldest)
    monkeypatch.setattr(release_file, "point_to", lambda file: None)
    for _ in range(4):
        release_file.refresh(None)
    assert lake().latest.resolve() == oldest
    assert Path(oldest).exists()


@BACK
def test_what_lands_while_the_clock_is_back_is_newer_than_all_that_has_landed(
    back: str,
) -> None:
    land = (
        "import pyarrow as pa; from ingestion.lakehouse import clock\n"
        "from ingestion.landing.land import new_load_id\n"
        "from ingestion.lakehouse.catalog import catalog\n"
        "from ingestion.landing.landed import known_files\n"
        "opened = catalog(); opened.create_namespace_if_not_exists('raw_plant')\n"
        "names = ('source', 'file_hash', 'status', 'load_id', 'source_file')\n"
        "schema = pa.schema([(n, pa.string()) for n in names]"
        " + [('rows_in', pa.int64()), ('landed_at', pa.timestamp('us'))])\n"
        "table = opened.create_table_if_not_exists('raw_plant.files', schema)\n"
        "known_files('raw_plant')\n"
        "row = dict.fromkeys(names, 'x') | {'load_id': new_load_id(), 'rows_in': 1,"
        " 'landed_at': clock.now()}\n"
        "table.append(pa.Table.from_pylist([row], schema))\n"
        "print(row['load_id'], row['landed_at'].isoformat())\n"
    )
    first, second, third = (set_back(by, land) for by in ("+0d", back, back))
    assert first < second < third
    assert first.split()[1] < second.split()[1] < third.split()[1]
