"""Journal, catalog and releases of one lake are of one state, or nothing is done to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingestion.lakehouse import generation, journal, lake_version
from ingestion.lakehouse.catalog import catalog_properties
from ingestion.lakehouse.generation import LakeDisagrees
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.ledger.journal import connect
from python_models.release import publish as release
from python_models.release import release_file
from python_models.release.shown import WouldDrop
from python_models.runs import doctor
from tests import parsed_once
from tests.faults.publisher import start_server
from tests.python_models import old_lake
from tests.python_models.publishing import build_database, make_things, mart, publish


def publish_days(days: int) -> int:
    with build_database() as build:
        make_things(build, days=days)
        return publish(build, mart(), run=f"run-{days}")[0]


def settle(path: Path) -> None:
    """Bring what is in a write-ahead log into its file, so that the file alone is the store."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")


def copy_of(path: Path) -> Path:
    settle(path)
    return Path(shutil.copy(path, path.with_suffix(f".copy{len(list(path.parent.iterdir()))}")))


def put_back(copy: Path, path: Path) -> None:
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    copy.replace(path)


def take_away(path: Path) -> Path:
    settle(path)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return path.rename(path.with_suffix(".away"))


def is_refused(says: str) -> None:
    """Everything that opens a store refuses, doctor says so, and nothing is made."""
    root = lake().root
    before = {path: path.exists() for path in (root / "journal.db", root / "catalog.db")}
    latest = (root / "latest.duckdb").readlink()
    for use in (
        lambda: journal.rows("select 1"),
        lambda: connect(root / "journal.db"),
        catalog_properties,
        lambda: publish_days(9),
    ):
        with pytest.raises(LakeDisagrees, match=says) as refused:
            use()
        assert "make repair" in str(refused.value)
        assert "make restore" in str(refused.value)
    findings = [one for one in doctor.examine() if one.check == "lake"]
    assert any(not one.is_good and says in one.detail for one in findings)
    assert {path: path.exists() for path in before} == before
    assert (root / "latest.duckdb").readlink() == latest


def test_parts_of_one_state_agree_after_every_publication() -> None:
    for days in (1, 2, 2, 3):
        publish_days(days)
        assert not generation.troubles(lake().root)
    version = lake_version.read_version(lake().root)
    assert version is not None
    assert version.generation == 3  # the second day was published unchanged, and shown already
    assert set(version.stores) == {"journal", "catalog", "releases"}
    assert version.shown == lake().latest.resolve().name


@pytest.mark.parametrize("name", ["journal.db", pytest.param("catalog.db", marks=pytest.mark.long)])
def test_store_that_is_missing_is_refused_and_not_made_anew(name: str) -> None:
    publish_days(1)
    away = take_away(lake().root / name)
    is_refused(f"{name} is missing")
    away.rename(lake().root / name)
    assert publish_days(2) == 2


@pytest.mark.parametrize("name", ["journal.db", "catalog.db"])
def test_store_put_back_from_one_release_ago_is_refused(name: str) -> None:
    publish_days(1)
    older = copy_of(lake().root / name)
    publish_days(2)
    newer = copy_of(lake().root / name)
    put_back(older, lake().root / name)
    is_refused(f"{name} is of generation 1, the lake of 2")
    put_back(newer, lake().root / name)
    assert publish_days(3) == 3


def test_journal_and_catalog_put_back_together_are_refused() -> None:
    publish_days(1)
    copies = {name: copy_of(lake().root / name) for name in ("journal.db", "catalog.db")}
    publish_days(2)
    for name, copy in copies.items():
        put_back(copy, lake().root / name)
    is_refused("of generation 1, the lake of 2")


def test_journal_of_another_lake_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_days(1)
    here = lake().root
    old_lake.use(tmp_path / "other", monkeypatch)
    publish_days(1)
    other = copy_of(lake().root / "journal.db")
    old_lake.use(here, monkeypatch)
    put_back(other, here / "journal.db")
    is_refused("belongs to another lake")


def test_journal_that_is_empty_or_no_database_is_refused() -> None:
    publish_days(1)
    path = lake().root / "journal.db"
    take_away(path)
    path.write_bytes(b"")
    is_refused("does not say which lake it belongs to")
    path.write_bytes(b"no database at all, but long enough to be looked at by SQLite" * 40)
    is_refused("cannot be read")


def test_releases_that_are_missing_are_refused() -> None:
    publish_days(1)
    shown = lake().latest.resolve().name
    lake().releases.rename(lake().root / "releases.away")
    is_refused(shown)


def test_old_lake_without_its_journal_is_refused_from_the_first_command_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = old_lake.unpack(tmp_path / "old", monkeypatch)
    take_away(root / "journal.db")
    is_refused(r"journal.db is missing")


def test_estimate_without_the_journal_makes_no_journal_and_moves_nothing(tmp_path: Path) -> None:
    publish_days(1)
    take_away(lake().root / "journal.db")
    shown, files = lake().latest.readlink(), sorted(lake().releases.iterdir())
    folders = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs")}
    parsed_once.lend(tmp_path / "target", {})
    for words in (
        ["runs.estimate"],
        ["runs.run", "--build-only"],
        ["llm.ledger.forget", "--template", "a"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", f"python_models.{words[0]}", *words[1:]],
            cwd=PROJECT_ROOT, env=os.environ | folders, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 2
        assert "journal.db is missing" in done.stderr
        assert "Traceback" not in done.stderr
    assert not lake().journal_db.exists()
    assert lake().latest.readlink() == shown
    assert sorted(lake().releases.iterdir()) == files


POINTS = ("generation.journal", "generation.catalog", "generation.version")


@pytest.mark.parametrize(
    "point", [POINTS[0], *(pytest.param(point, marks=pytest.mark.long) for point in POINTS[1:])]
)
def test_crash_while_the_generation_is_raised_is_healed_by_whoever_comes_next(point: str) -> None:
    server = start_server()
    try:
        assert server.publish(1) == 0
        assert server.publish(2, FAULT=point) == 137
        root = lake().root
        numbers = generation._numbers(root)
        version = lake_version.read_version(root)
        assert version is not None
        is_cut_short = {*numbers.values(), version.generation} == {1, 2}
        assert is_cut_short == (point != "generation.version")
        assert journal.rows("select max(release_id) as n from releases") == [{"n": 2}]
        assert {*generation._numbers(root).values()} == {2}
        assert lake_version.read_version(root).generation == 2
        assert server.publish(3) == 0
        assert not generation.troubles(root)
    finally:
        server.process.kill()
        server.process.wait()


def test_only_who_publishes_may_show_another_release() -> None:
    publish_days(1)
    publish_days(2)
    shown = lake().latest.readlink()
    with pytest.raises(WouldDrop, match="is release 1 and not 2"):
        release_file.write(1, None)
    with pytest.raises(WouldDrop, match="is release 0 and not 2"):
        release_file.write(None, None)
    assert lake().latest.readlink() == shown
    assert not list(lake().releases.glob("release-000000*"))


def test_refresh_that_would_drop_a_table_or_a_run_is_refused() -> None:
    with build_database() as build:
        make_things(build)
        build.execute("create or replace table plant.totals as select 3 as thing_id")
        publish(build, mart(), mart("totals", column_comments={}))
    journal.put("runs", [{"invocation_id": "i-run", "run_id": "run", "started_at": journal.now(),
                          "status": "success"}])  # fmt: skip
    release_file.refresh(None)
    shown = lake().latest.readlink()
    with journal.journal() as connection:
        kept = connection.execute("select * from release_tables where table_name = 'totals'")
        row = dict(kept.fetchone())
        connection.execute("delete from release_tables where table_name = 'totals'")
    with pytest.raises(WouldDrop, match=r"has no plant\.totals"):
        release_file.refresh(None)
    release.journal.put("release_tables", [row])
    with journal.journal() as connection:
        connection.execute("delete from runs")
    with pytest.raises(WouldDrop, match="knows 0 runs instead of 1"):
        release_file.refresh(None)
    assert lake().latest.readlink() == shown
