"""A run is read again from the bytes it kept: no host is asked."""

from __future__ import annotations

import os

from ingestion.lakehouse.objects import object_store
from ingestion.landing.land import land
from ingestion.news.landing import SOURCE
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import DAY, WORDS, Newsroom, item, page, rss


def replay(run_id: str) -> None:
    os.environ["SLUICE_NEWS_REPLAY"] = run_id
    land(SOURCE, [], None, lambda _: None, lambda *_: None)
    os.environ["SLUICE_NEWS_REPLAY"] = ""


def test_replayed_run_gives_the_same_rows_and_asks_nobody(newsroom: Newsroom) -> None:
    newsroom.feed("one")
    newsroom.feed("two", "/other", text="feed")
    for day, numbers in ((3, (1, 2)), (4, (1, 2, 3))):
        links = [item(n, link=f"{newsroom.base(2)}/{n}") for n in numbers]
        newsroom.say("/feed", Reply(rss(links)))
        newsroom.say("/other", Reply(b""))
        for number in numbers:
            newsroom.say(f"/{number}", Reply(page(f"{number} {WORDS}")), host=2)
        newsroom.land(DAY.format(day))
    first, second = (row[0] for row in newsroom.rows("select run_id from runs order by as_of"))
    newsroom.web.log.clear()
    replay(second)
    assert newsroom.web.log == []
    made = newsroom.rows(
        "select run_id, as_of::varchar, previous_run_id from runs where kind = 'replayed'"
    )
    assert [row[1:] for row in made] == [("2026-02-04 18:00:00", first)]
    for table, columns in (
        ("entries", "source, identity, title, entry_hash, first_seen_at, object_hash"),
        ("pages", "url_key, text_hash, object_hash"),
        ("source_health", "source, status, new_count, seen_count, failure_count"),
    ):
        query = f"select {columns} from {table} where run_id = '{{}}' order by all"
        assert newsroom.rows(query.format(made[0][0])) == newsroom.rows(query.format(second)), table
    # what was replayed is not what the sources said last
    newsroom.land(DAY.format(5))
    assert newsroom.rows("select previous_run_id from runs where day(as_of) = 5") == [(second,)]
    assert newsroom.health("one")["seen_count"] == 3


def test_replay_says_which_bytes_are_gone(newsroom: Newsroom) -> None:
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(rss([item(1)])))
    newsroom.land()
    run_id, name = newsroom.rows("select run_id, object_hash from fetches where role = 'feed'")[0]
    object_store().delete(name)
    replay(run_id)
    health = newsroom.health("one")
    assert health["status"] == "failed"
    assert health["error"] == f"the bytes that run {run_id} got are no longer kept"
