"""Tables are committed beside each other, and are what they are when committed one by one."""

from __future__ import annotations

import threading

import pytest

from ingestion.lakehouse.lake import lake
from python_models.release import published_tables
from python_models.release.snapshot_files import read_snapshot
from tests.python_models.publishing import build_database, make_things, mart, publish

NAMES = ("things", "others", "more")


def make_tables(build, days: int = 3) -> list:
    make_things(build, days=days)
    build.execute("create or replace table plant.others as from plant.things limit 5")
    build.execute("create or replace view plant.more as from plant.things where thing_id > 2")
    return [mart(name, partition_by="thing_date") for name in NAMES]


def test_what_is_known_of_a_commit_is_what_the_catalog_says() -> None:
    with build_database() as build:
        for days in (3, 4):
            marts = make_tables(build, days)
            _, tables = publish(build, *marts, run=f"run-{days}")
            assert [table.mart.name for table in tables] == list(NAMES)
            for table in tables:
                assert table.snapshot == read_snapshot(build, "plant", table.mart.name)
    assert [table.is_unchanged for table in tables] == [False, True, False]


def test_a_table_and_its_comments_are_made_by_one_commit() -> None:
    with build_database() as build:
        publish(build, *make_tables(build))
    folder = lake().warehouse / "plant" / "things" / "metadata"
    (written,) = folder.glob("*.metadata.json")
    assert '"doc":"Number of the thing."' in written.read_text()


def test_the_next_table_is_written_while_one_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    all_written, waited = threading.Event(), []
    write, commit = published_tables.written, published_tables.committed

    def written(session, one, *more):
        found = write(session, one, *more)
        if one.name == "more":  # the view: how large it is nobody knows, so it comes last
            all_written.set()
        return found

    def committed(*given):
        waited.append(all_written.wait(60))
        return commit(*given)

    monkeypatch.setattr(published_tables, "written", written)
    monkeypatch.setattr(published_tables, "committed", committed)
    with build_database() as build:
        publish(build, *make_tables(build))
    assert waited == [True] * 3


def test_a_commit_that_fails_releases_nothing_and_the_next_run_releases_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = published_tables.committed

    def committed(opened, change, properties):
        if change.mart.name == "others":
            raise OSError("the disk is full")
        return commit(opened, change, properties)

    with build_database() as build:
        marts = make_tables(build)
        with monkeypatch.context() as patched:
            patched.setattr(published_tables, "committed", committed)
            with pytest.raises(OSError, match="the disk is full"):
                publish(build, *marts)
        assert not lake().latest.exists()
        release, tables = publish(build, *marts, run="again")
    assert release == 1
    assert [table.snapshot.rows for table in tables] == [12, 5, 9]
