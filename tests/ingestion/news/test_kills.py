"""A run of news that is killed while it lands is gone on with: nothing is asked or landed twice."""

from __future__ import annotations

from collections import Counter

import pytest

from ingestion.landing.web.begun import begun_run
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import DAY, WORDS, Newsroom, item, page, rss

PAGES = 12
# of two feeds on two hosts and the pages on two more, one a host
IN_FLIGHT = 4


def two_feeds(newsroom: Newsroom) -> None:
    for host in (1, 2):
        numbers = range(host * 100, host * 100 + PAGES // 2)
        base = newsroom.base(host + 2)
        newsroom.feed(f"feed{host}", host=host)
        feed = rss(item(n, link=f"{base}/{n}", guid=f"id-{n}") for n in numbers)
        newsroom.say("/feed", Reply(feed, headers={"ETag": f'"{host}"'}), host=host)
        for number in numbers:
            newsroom.say(
                f"/{number}", Reply(page(f"{number} {WORDS}"), seconds=0.02), host=host + 2
            )


def asked(newsroom: Newsroom) -> Counter[str]:
    """How often each address was asked; nobody listens to a killed process."""
    return Counter(f"{one.host}{one.path}" for one in newsroom.web.log)


def check(newsroom: Newsroom) -> None:
    """Every entry and page is there once, of one run."""
    assert newsroom.rows("select count(*), count(distinct identity), count(distinct run_id) "
                         "from entries") == [(PAGES, PAGES, 1)]  # fmt: skip
    assert newsroom.rows("select count(*), count(distinct url_key), count(distinct run_id) "
                         "from pages") == [(PAGES, PAGES, 1)]  # fmt: skip
    assert newsroom.rows("select count(*) from runs") == [(1,)]
    assert newsroom.rows("select count(*), count(distinct source) from source_health") == [(2, 2)]
    assert newsroom.rows("select count(*) from fetches where role <> 'robots'") == [(PAGES + 2,)]


def test_killed_scraping_asks_again_only_what_was_in_flight(newsroom: Newsroom) -> None:
    two_feeds(newsroom)
    code, said = newsroom.land_apart("answer-kept:6")
    assert code == 137, said
    before, run_id = asked(newsroom), begun_run("news")
    assert 6 <= before.total() <= 6 + IN_FLIGHT
    # a day later by the clock of whoever goes on with it
    code, said = newsroom.land_apart(as_of=DAY.format(4))
    assert code == 0, said
    assert f"goes on with run {run_id}" in said
    twice = asked(newsroom) - Counter(dict.fromkeys(asked(newsroom), 1))
    assert twice.total() <= IN_FLIGHT
    check(newsroom)
    assert newsroom.rows("select run_id, as_of::varchar from runs") == [
        (run_id, "2026-02-03 18:00:00")
    ]


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("run-begun", marks=pytest.mark.long),
        pytest.param("objects-synced", marks=pytest.mark.long),
        pytest.param("before-commit-entries", marks=pytest.mark.long),
        "after-commit-entries",
        pytest.param("before-dlt-load", marks=pytest.mark.long),
        pytest.param("after-dlt-load", marks=pytest.mark.long),
        pytest.param("run-landed", marks=pytest.mark.long),
    ],
)
def test_kill_around_the_commit_lands_the_run_once(newsroom: Newsroom, point: str) -> None:
    two_feeds(newsroom)
    code, said = newsroom.land_apart(point)
    assert code == 137, said
    code, said = newsroom.land_apart()
    assert code == 0, said
    assert max(asked(newsroom).values()) == 1
    check(newsroom)
