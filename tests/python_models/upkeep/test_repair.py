"""`make repair`: what is left of a lake makes the rest again, and what is lost is named."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import generation, journal
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.ledger.journal import connect
from python_models.llm.ledger.journal_schema import ATTEMPT_COLUMNS, CALL_COLUMNS
from python_models.llm.ledger.records import load_cached
from python_models.release import (
    file_health,
    lake_files,
    live,
    mart_parts,
    release_file,
    rollback,
)
from python_models.runs import doctor
from python_models.upkeep import relocate, repair  # fmt: skip
from tests.python_models import old_lake
from tests.python_models.publishing import build_database, make_things, mart, publish
from tests.python_models.runs.test_lake_disagrees import copy_of, publish_days, put_back, take_away


@pytest.fixture
def old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    root = old_lake.unpack(tmp_path / "old", monkeypatch)
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    capsys.readouterr()
    return root


def mended(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert repair.repair(argparse.Namespace(json=False)) == 0
    assert not generation.troubles(lake().root)
    return capsys.readouterr().out


def repair_process(**environment: str) -> int:
    command = [sys.executable, "-m", "python_models.runs", "repair"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=os.environ | environment)
    return done.returncode


def contents(table: str, columns: tuple[str, ...] | list[str]) -> list[tuple]:
    with closing(sqlite3.connect(lake().journal_db)) as connection:
        found = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
    # the ledger keeps instants in whole microseconds
    rounded = [tuple(round(v, 3) if isinstance(v, float) else v for v in row) for row in found]
    return sorted(rounded, key=repr)


def ledger() -> dict[str, list[tuple]]:
    calls = [name for name in CALL_COLUMNS if name != "input_messages"]  # trimmed once folded
    attempts = [name for name in ATTEMPT_COLUMNS if name != "owner"]
    return {
        "calls": contents("llm_calls", calls),
        "attempts": contents("llm_attempts", attempts),
    }


def spent() -> list[tuple]:
    """What `ops.runs` says runs have spent."""
    with live.live_ops() as opened:
        found = opened.execute("select run_id, calls, cached, tokens, usd, nodes_ok from ops.runs")
        return sorted(found.fetchall())


def records() -> dict[str, list[tuple]]:
    tables = ["release_id", "domain", "table_name", "snapshot_id", "rows", "bytes", "schema_hash",
              "columns", "files", "comments"]  # fmt: skip
    gates = ["invocation_id", "gate", "expectation", "success", "observed", "checked_at"]
    with_files = "release_tables where release_id > 2"
    return {
        "runs": contents("runs", ["invocation_id", "run_id", "started_at", "status", "seconds",
                                  "project_hash", "release_id", "ended_at"]),
        "nodes": contents("node_runs", ["invocation_id", "node", "status", "rows_out", "message"]),
        "gates": contents("gate_results", gates),
        "releases": contents("releases where release_id > 2", ["release_id", "created_at", "kind",
                                                               "note", "state"]),
        "tables": contents(with_files, tables),
    }  # fmt: skip


def pointers() -> dict[str, dict[str, str]]:
    return {
        namespace[0]: metadata_locations(namespace[0]) for namespace in catalog().list_namespaces()
    }


def damage(path: str, keep: int | None = None) -> None:
    """Cut a file off, or turn round one bit in its data pages."""
    content = bytearray(Path(path).read_bytes())
    if keep is not None:
        Path(path).write_bytes(content[:keep])
        return
    content[len(content) // 8] ^= 1
    Path(path).write_bytes(content)


def files_of(release_id: int, table: str) -> list[str]:
    rows = journal.rows(
        "select files from release_tables where release_id = ? and table_name = ?",
        (release_id, table),
    )
    return json.loads(rows[0]["files"])


def test_journal_that_was_lost_is_filled_from_ledger_and_release_files(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ledger() | records() | {"spent": spent()}
    shown = lake().latest.readlink()
    ids = [row[0] for row in contents("llm_calls", ["call_id"])]
    take_away(lake().journal_db)
    said = mended(capsys)
    assert "0 answers stood only in it" in said
    after = ledger() | records() | {"spent": spent()}
    for name, rows in before.items():
        assert after[name] == rows, name
    assert len(before["calls"]) > 100
    assert len(before["nodes"]) > 1000
    assert release_file.current_release_id() == 4
    assert int(lake().latest.readlink().name.split("-")[1]) == int(shown.name.split("-")[1])
    with closing(connect(lake().journal_db)) as connection:
        assert len(load_cached(connection, ids)) == len(ids)  # none of them is asked again
    with build_database() as build:
        make_things(build)
        assert publish(build, mart())[0] == 5


def test_catalog_that_was_lost_is_registered_again_and_nothing_lands_again(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    land = [sys.executable, "-m", "ingestion"]
    assert subprocess.run(land, cwd=PROJECT_ROOT, capture_output=True).returncode == 0
    before = pointers()
    take_away(lake().catalog_db)
    refused = subprocess.run(land, cwd=PROJECT_ROOT, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "catalog.db is missing" in refused.stderr
    assert not lake().catalog_db.exists()
    # those of the old lake, and what products that came later land first
    found, of = re.search(r"(\d+) of (\d+) tables registered", mended(capsys)).groups()
    assert int(found) == int(of) >= 55
    assert pointers() == before
    assert all(one.is_good for one in doctor.examine())
    said = subprocess.run(land, cwd=PROJECT_ROOT, capture_output=True, text=True).stdout
    assert [line for line in said.splitlines() if line.startswith("demo_")] == []
    assert "telemetry 10 files" in said
    assert "conversations 8 files" in said


def test_journal_catalog_and_releases_lost_together_come_back(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, before_records = (pointers(), ledger()), records()
    for name in ("journal.db", "catalog.db"):
        take_away(old / name)
    for path in [*lake().releases.iterdir()]:
        if "-000004-" in path.name:
            path.rename(old / path.name)
    said = mended(capsys)
    assert (pointers(), ledger()) == before
    # the files of release 4 are gone; what it pinned is known by its snapshots
    assert "written anew from the journal" in said
    assert release_file.current_release_id() == 4
    assert records() == before_records
    # the number of the release whose file was lost is not given again
    with build_database() as build:
        make_things(build)
        assert publish(build, mart())[0] == 5


@pytest.mark.parametrize(
    "point",
    [
        "repair.table:7",
        pytest.param("repair.ledger", marks=pytest.mark.long),
        pytest.param("repair.records", marks=pytest.mark.long),
    ],
)
def test_repair_that_is_killed_goes_on_where_it_was(
    old: Path, point: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pointers(), ledger(), records()
    for name in ("journal.db", "catalog.db"):
        take_away(old / name)
    assert repair_process(FAULT=point) == 137
    with pytest.raises(generation.LakeDisagrees):
        journal.rows("select 1")
    mended(capsys)
    assert (pointers(), ledger(), records()) == before


def test_stores_put_back_from_an_older_copy_are_brought_to_what_was_released_since(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(1)
    older = {name: copy_of(lake().root / name) for name in ("journal.db", "catalog.db")}
    publish_days(2)
    before = pointers()
    for name, copy in older.items():
        put_back(copy, lake().root / name)
    mended(capsys)
    assert pointers() == before
    assert [row["release_id"] for row in journal.rows("select * from releases")] == [1, 2]
    assert release_file.current_release_id() == 2
    assert publish_days(2) == 2
    assert publish_days(3) == 3


def test_journal_of_another_lake_is_kept_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_days(2)
    here = lake().root
    old_lake.use(tmp_path / "other", monkeypatch)
    publish_days(1)
    other = copy_of(lake().root / "journal.db")
    old_lake.use(here, monkeypatch)
    put_back(other, here / "journal.db")
    assert "kept as journal.db.aside-" in mended(capsys)
    assert journal.rows("select rows from release_tables") == [{"rows": 8}]
    assert len(list(here.glob("journal.db.aside-*"))) == 1


def test_releases_that_were_lost_are_written_from_the_journal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(1)
    publish_days(2)
    shutil.rmtree(lake().releases)
    assert "written anew from the journal" in mended(capsys)
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        assert shown.execute("select count(*) from plant.things").fetchone() == (8,)
    rollback.move_to(1)
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        assert shown.execute("select count(*) from plant.things").fetchone() == (4,)


def test_pointer_that_was_deleted_names_the_file_readers_saw(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(1)
    publish_days(2)
    rollback.move_to(1)
    shown = lake().latest.readlink()
    lake().latest.unlink()
    assert "names" in mended(capsys)
    assert lake().latest.readlink() == shown


def test_answers_that_stood_only_in_the_journal_are_named_by_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(1)
    journal.put("runs", [{"invocation_id": "i-run", "run_id": "run", "started_at": journal.now(),
                          "ended_at": journal.now(), "status": "success"}])  # fmt: skip
    with closing(connect(lake().journal_db)) as connection, connection:
        for number in range(3):
            connection.execute(
                "insert into llm_attempts (attempt_id, call_id, invocation_id, state) values"
                " (?, ?, 'i-run', 'answered')",
                (f"a{number}", f"c{number}"),
            )
        connection.execute(
            "insert into llm_step_runs (step_run_id, invocation_id, node, calls, started_at)"
            " values ('s', 'i-run', 'n', 3, 1.0)"
        )
    release_file.refresh("i-run")
    take_away(lake().journal_db)
    assert "3 answers stood only in it" in mended(capsys)


@pytest.mark.parametrize(
    "keep", [*(pytest.param(size, marks=pytest.mark.long) for size in (0, -1)), 100, None]
)
def test_damaged_file_of_the_newest_release_is_written_again_as_a_new_release(
    keep: int | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mart_parts, "ROWS_WORTH_A_PART", 4)
    with build_database() as build:
        make_things(build, days=3)
        publish(build, mart(partition_by="thing_date"))
        before = build.execute("select * from plant.things order by all").fetchall()
    hurt, *sound = files_of(1, "things")
    assert all(one.is_good for one in doctor.examine(is_deep=True))
    damage(hurt, keep)
    is_found = not all(one.is_good for one in doctor.examine())
    assert is_found == (keep is not None)  # a bit within a page is found when all bytes are read
    assert not all(one.is_good for one in doctor.examine(is_deep=True))

    said = mended(capsys)
    assert "readers see it" in said
    assert release_file.current_release_id() == 2
    again = files_of(2, "things")
    assert hurt not in again
    assert set(sound) <= set(again)
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        assert shown.execute("select * from plant.things order by all").fetchall() == before
        marked = shown.execute(
            "select release_id, unreadable from ops.release_tables order by release_id"
        ).fetchall()
    assert marked == [(1, json.dumps([hurt])), (2, None)]
    assert all(one.is_good for one in doctor.examine(is_deep=True))
    with pytest.raises(live.NotFound, match=r"plant\.things"):
        rollback.move_to(1)
    assert "Nothing to repair" in mended(capsys)


def test_damaged_file_is_not_made_up_when_the_build_database_has_other_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(2)
    with build_database() as build:
        build.execute("update plant.things set value = value + 1 where thing_id = 3")
    (hurt,) = files_of(1, "things")
    damage(hurt, 200)
    assert "holds other rows by now" in mended(capsys)
    lake().build_db.unlink()
    assert "there is no build database" in mended(capsys)
    assert journal.rows("select count(*) as n from releases") == [{"n": 1}]
    assert journal.rows("select unreadable from release_tables") == [
        {"unreadable": json.dumps([hurt])}
    ]


@pytest.mark.parametrize("keep", [0, 200])
def test_build_that_publishes_the_same_rows_writes_a_damaged_file_again(keep: int) -> None:
    publish_days(2)
    (hurt,) = files_of(1, "things")
    damage(hurt, keep)
    assert publish_days(2) == 2
    assert not lake_files.look(
        [row for row in lake_files.kept_tables() if row["release_id"] == 2], is_deep=True
    )


def test_file_with_a_turned_bit_is_written_again_once_it_is_known() -> None:
    publish_days(2)
    (hurt,) = files_of(1, "things")
    damage(hurt)
    assert publish_days(2) == 1  # nobody has read all of it
    lost = lake_files.look(lake_files.kept_tables(), is_deep=True)
    assert list(lost) == [hurt]
    assert file_health.UNKNOWN_FILES not in lost
    journal.change("release_tables", {"release_id": 1}, {"unreadable": json.dumps([hurt])})
    assert publish_days(2) == 2


def test_repair_killed_between_writing_and_releasing_ends_in_one_new_release(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_days(2)
    (hurt,) = files_of(1, "things")
    damage(hurt, 300)
    assert repair_process(FAULT="repair.published") == 137
    assert release_file.current_release_id() == 1
    mended(capsys)
    assert release_file.current_release_id() == 2
    assert all(one.is_good for one in doctor.examine(is_deep=True))
