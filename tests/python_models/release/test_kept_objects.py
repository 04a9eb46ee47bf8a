"""Bytes of answers: kept while a run may read them again, found when lost, gone when not needed."""

from __future__ import annotations

import os

import pytest

from ingestion.lakehouse.objects import object_store
from ingestion.landing.products import PRODUCTS
from ingestion.news import replay
from python_models.release import kept_objects
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.conftest import newsroom  # noqa: F401  the fixture
from tests.ingestion.news.newsroom import DAY, Newsroom, item, rss


def age() -> None:
    """Have every blob be put long ago."""
    for path in object_store().folder.glob("??/*"):
        os.utime(path, (1, 1))


def test_bytes_of_runs_beyond_the_newest_go_and_the_others_stay(
    newsroom: Newsroom,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newsroom.feed("one", text="feed")
    for day in (3, 4, 5):
        newsroom.say("/feed", Reply(rss([item(day)])))
        newsroom.land(DAY.format(day))
    stray = object_store().put(b"of nobody")
    of_run = newsroom.rows(
        "select object_hash from fetches join runs using (run_id) where role = 'feed'"
        " order by as_of"
    )
    age()
    assert kept_objects.lost(is_deep=True)[0] == []
    assert kept_objects.drop_unneeded(dry_run=True) == (1, 9)
    assert object_store().exists(stray)
    monkeypatch.setattr(replay, "WHOLE_RUNS", 2)  # instead of eleven runs
    assert kept_objects.drop_unneeded(dry_run=False)[0] == 2
    assert [object_store().exists(row[0]) for row in of_run] == [False, True, True]
    assert kept_objects.lost(is_deep=True)[0] == []


def test_bytes_that_were_put_just_now_stay(newsroom: Newsroom) -> None:  # noqa: F811
    stray = object_store().put(b"about to be named")
    assert kept_objects.drop_unneeded(dry_run=False) == (0, 0)
    assert object_store().exists(stray)


def test_lost_and_damaged_bytes_are_found(newsroom: Newsroom) -> None:  # noqa: F811
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(rss([item(1)])))
    newsroom.land()
    name = newsroom.rows("select object_hash from fetches where role = 'feed'")[0][0]
    object_store().path(name).write_bytes(b"x")
    assert kept_objects.lost(is_deep=False)[0] == []
    assert "is damaged" in kept_objects.lost(is_deep=True)[0][0]
    object_store().delete(name)
    assert kept_objects.lost(is_deep=False)[0] == [f"object {name} is not there"]


def test_product_without_blobs_needs_none() -> None:
    others = [one for one in PRODUCTS.values() if not one.begins_runs]
    assert others and all(one.source.kept_objects() == set() for one in others)
