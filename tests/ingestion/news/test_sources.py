"""How sources fare from run to run: what is asked again, when, and what their rows say."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import DAY, WORDS, Newsroom, item, page, rss

HTML = b"<!doctype html><html><head><title>Just a moment...</title></head><body></body></html>"
FEED = {"text": "feed"}  # no pages


def entry_count(newsroom: Newsroom) -> int:
    return int(newsroom.rows("select count(*) from entries")[0][0])


def test_unchanged_feed_is_asked_with_its_validators_and_stays_good(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    etag, modified = 'W/"x-gzip"', "Tue, 3 Feb 2026 10:00:00 GMT"
    newsroom.say(
        "/feed",
        Reply(rss([item(1), item(2)]), headers={"ETag": etag, "Last-Modified": modified}),
        Reply(status=304),
    )
    newsroom.land()
    newsroom.land(DAY.format(4))
    newsroom.land(DAY.format(5))
    sent = [one.headers for one in newsroom.web.asked("127.0.0.1", "/feed")]
    assert "if-none-match" not in sent[0]
    assert [one["if-none-match"] for one in sent[1:]] == [etag, etag]
    assert [one["if-modified-since"] for one in sent[1:]] == [modified, modified]
    health = newsroom.health("one")
    assert (health["status"], health["http_status"], health["item_count"]) == ("unchanged", 304, 0)
    assert health["last_good_at"] == datetime(2026, 2, 5, 18)
    assert entry_count(newsroom) == 2


def test_answer_for_people_is_blocked_and_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    newsroom.say(
        "/feed",
        Reply(rss([item(1)]), headers={"ETag": '"good"'}),
        Reply(HTML, headers={"ETag": '"challenge"', "Content-Type": "text/html"}),
        Reply(status=304),
    )
    newsroom.land()
    newsroom.land(DAY.format(4))
    blocked = newsroom.health("one")
    assert (blocked["status"], blocked["http_status"], blocked["new_count"]) == ("blocked", 200, 0)
    assert (blocked["failure_count"], blocked["etag"]) == (1, '"good"')
    assert blocked["last_good_at"] == datetime(2026, 2, 3, 18)
    assert blocked["next_try_at"] == datetime(2026, 2, 4, 19)
    newsroom.land(DAY.format(5))
    assert newsroom.web.asked("127.0.0.1", "/feed")[-1].headers["if-none-match"] == '"good"'
    assert (newsroom.health("one")["status"], newsroom.health("one")["failure_count"]) == (
        "unchanged",
        0,
    )
    assert entry_count(newsroom) == 1


@pytest.mark.parametrize(
    ("reply", "status", "failures"),
    [
        (Reply(b""), "empty", 1),
        (Reply(rss([])), "ok", 0),
        (Reply(HTML), "blocked", 1),
    ],
)
def test_empty_answer_is_a_failure_and_an_empty_feed_is_none(
    newsroom: Newsroom, reply: Reply, status: str, failures: int
) -> None:
    newsroom.feed("one", **FEED)
    newsroom.say("/feed", reply)
    newsroom.land()
    health = newsroom.health("one")
    assert (health["status"], health["item_count"], health["failure_count"]) == (
        status,
        0,
        failures,
    )


def test_lasting_redirect_counts_after_two_good_answers(newsroom: Newsroom) -> None:
    old = newsroom.feed("one", "/old", **FEED)
    newsroom.say("/old", Reply(status=301, headers={"Location": "/mid"}))
    newsroom.say("/mid", Reply(status=308, headers={"Location": "/new"}))
    newsroom.say("/new", Reply(rss([item(1)])))
    newsroom.land()
    first = newsroom.health("one")
    assert (first["moved_to"], first["current_url"]) == (f"{newsroom.base()}/new", None)
    newsroom.land(DAY.format(4))
    assert newsroom.health("one")["current_url"] == f"{newsroom.base()}/new"
    newsroom.land(DAY.format(5))
    assert (newsroom.asked("/old"), newsroom.asked("/mid"), newsroom.asked("/new")) == (2, 2, 3)
    assert newsroom.health("one")["current_url"] == f"{newsroom.base()}/new"
    # the new address fails: the declared one, which never changed, is asked again
    newsroom.say("/new", Reply(status=404), Reply(rss([item(1)])))
    newsroom.land("2026-02-06T18:00:00")
    assert newsroom.health("one")["current_url"] is None
    newsroom.land("2026-02-07T18:00:00")
    assert newsroom.asked("/old") == 3
    declared = newsroom.rows("select url from declarations")
    assert declared == [(old,)]


def test_passing_redirect_is_never_remembered(newsroom: Newsroom) -> None:
    newsroom.feed("one", "/old", **FEED)
    newsroom.say("/old", Reply(status=301, headers={"Location": "/mid"}))
    newsroom.say("/mid", Reply(status=302, headers={"Location": "/new"}))
    newsroom.say("/new", Reply(rss([item(1)])))
    for day in (3, 4, 5):
        newsroom.land(DAY.format(day))
        health = newsroom.health("one")
        assert (health["moved_to"], health["current_url"]) == (None, None)
    assert newsroom.asked("/old") == 3


def test_gone_source_is_not_asked_until_its_declaration_changes(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    newsroom.say("/feed", Reply(status=410))
    newsroom.land()
    assert newsroom.health("one")["status"] == "gone"
    newsroom.land(DAY.format(4))
    again = newsroom.health("one")
    assert (newsroom.asked("/feed"), again["status"]) == (1, "gone")
    assert again["error"] == "not asked until its declaration changes"
    newsroom.say("/feed", Reply(rss([item(1)])))
    newsroom.feed("one", weight=0.9, **FEED)
    newsroom.land(DAY.format(5))
    assert (newsroom.asked("/feed"), newsroom.health("one")["status"]) == (2, "ok")


def test_source_is_gone_only_where_its_declared_address_leads_for_good(newsroom: Newsroom) -> None:
    newsroom.feed("one", "/old", **FEED)
    newsroom.say("/old", Reply(status=301, headers={"Location": "/new"}))
    newsroom.say("/new", Reply(rss([item(1)])), Reply(rss([item(1)])), Reply(status=410))
    newsroom.land()
    newsroom.land(DAY.format(4))
    assert newsroom.health("one")["current_url"] == f"{newsroom.base()}/new"
    newsroom.land(DAY.format(5))  # the host moved once more, which the declared address knows
    health = newsroom.health("one")
    assert (health["status"], health["current_url"]) == ("failed", None)
    newsroom.say("/old", Reply(status=302, headers={"Location": "/new"}))
    newsroom.land(DAY.format(6))
    assert newsroom.health("one")["status"] == "failed"
    newsroom.say("/old", Reply(status=308, headers={"Location": "/new"}))
    newsroom.land(DAY.format(7))
    assert newsroom.health("one")["status"] == "gone"


def test_failing_source_is_left_alone_longer_and_longer_but_never_given_up(
    newsroom: Newsroom,
) -> None:
    newsroom.feed("one", **FEED)
    newsroom.feed("two", "/other", **FEED)
    newsroom.say("/feed", Reply(status=404))
    newsroom.say("/other", Reply(rss([item(1)])))
    # hours after noon: asked at 0, left alone at 0.5, asked at 1, left alone at 2, asked at 3
    asked = []
    for minutes in (0, 30, 60, 120, 180):
        newsroom.land(f"2026-02-03T{12 + minutes // 60:02}:{minutes % 60:02}:00")
        asked.append(newsroom.asked("/feed"))
    assert asked == [1, 1, 2, 2, 3]
    health = newsroom.health("one")
    assert (health["status"], health["failure_count"]) == ("failed", 3)
    assert health["next_try_at"] == datetime(2026, 2, 3, 19)
    waits = []
    for day in range(5, 9):  # at most a day, for ever
        newsroom.land(f"2026-02-{day:02}T19:00:00")
        wait = newsroom.health("one")["next_try_at"] - datetime(2026, 2, day, 19)
        waits.append(wait / timedelta(hours=1))
    assert waits == [8, 16, 24, 24]
    assert newsroom.asked("/feed") == 7
    assert newsroom.health("two")["failure_count"] == 0


def test_failing_page_leaves_the_feeds_text(newsroom: Newsroom) -> None:
    newsroom.feed("one")
    base = newsroom.base(2)
    links = [f"{base}/forbidden", f"{base}/fine", f"{base}/hidden"]
    newsroom.say("/feed", Reply(rss(item(n, link=link) for n, link in enumerate(links))))
    newsroom.say("/forbidden", Reply(status=403), host=2)
    newsroom.say("/fine", Reply(page(WORDS)), host=2)
    newsroom.say("/robots.txt", Reply(b"User-agent: *\nDisallow: /hidden\n"), host=2)
    newsroom.land()
    found = newsroom.rows(
        "select url, status, http_status from fetches where role = 'page' order by url"
    )
    assert found == [
        (f"{base}/fine", "ok", 200),
        (f"{base}/forbidden", "failed", 403),
        (f"{base}/hidden", "disallowed", None),
    ]
    assert newsroom.asked("/hidden", host=2) == 0
    # a host without robots.txt allows everything: that is no failure
    assert newsroom.rows("select url, status, http_status, error from fetches "
                         "where role = 'robots' order by url") == [
        (f"{newsroom.base(1)}/robots.txt", "allowed", 404, None),
        (f"{base}/robots.txt", "ok", 200, None),
    ]  # fmt: skip
    assert newsroom.rows("select url from pages") == [(f"{base}/fine",)]
    assert newsroom.rows("select count(*) from entries where summary like 'Summary %'") == [(3,)]
    assert newsroom.health("one")["page_count"] == 3


def test_source_in_ones_own_network_needs_the_permission(newsroom: Newsroom) -> None:
    newsroom.feed("one", allow_private=False, **FEED)
    newsroom.say("/feed", Reply(rss([item(1)])))
    newsroom.land()
    health = newsroom.health("one")
    assert (health["status"], health["http_status"]) == ("private_address", None)
    assert newsroom.web.log == []


def test_run_tells_whose_guids_are_new_at_each_fetch(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    newsroom.say("/feed", *(Reply(rss(item(n, guid=f"{salt}-{n}") for n in (1, 2)))
                            for salt in "abc"))  # fmt: skip
    newsroom.land()
    for day in (4, 5):
        newsroom.land(DAY.format(day))
        health = newsroom.health("one")
        assert (health["new_count"], health["changed_count"], health["seen_count"]) == (0, 0, 2)
        assert "guid_not_stable" in json.loads(health["flags"])
    assert entry_count(newsroom) == 2
    # an item that is really new is one
    newsroom.say("/feed", Reply(rss(item(n, guid=f"d-{n}") for n in (2, 3))))
    newsroom.land("2026-02-06T18:00:00")
    health = newsroom.health("one")
    assert (health["new_count"], health["seen_count"]) == (1, 1)


def test_good_guids_with_one_link_stay_apart(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    link = "http://pages.example/changes"
    newsroom.say("/feed", Reply(rss(item(n, link=link) for n in (1, 2))),
                 Reply(rss(item(n, link=link) for n in (3, 4))))  # fmt: skip
    newsroom.land()
    newsroom.land(DAY.format(4))
    assert newsroom.health("one")["new_count"] == 2
    assert entry_count(newsroom) == 4


def test_first_sight_of_an_entry_stays_whatever_is_said_later(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    undated = {"pubDate": ""}
    newsroom.say(
        "/feed",
        Reply(rss([item(1, **undated), item(2, **undated)])),
        Reply(rss([item(1, **undated), item(2, description="Changed.", **undated),
                   item(3, **undated)])),
    )  # fmt: skip
    newsroom.land()
    newsroom.land(DAY.format(4))
    health = newsroom.health("one")
    assert (health["new_count"], health["changed_count"], health["seen_count"]) == (1, 1, 1)
    found = newsroom.rows(
        "select identity, count(*), min(day(first_seen_at)), max(day(first_seen_at)),"
        " bool_and(is_first_good_fetch) from entries group by identity order by identity"
    )
    assert found == [("id-1", 1, 3, 3, True), ("id-2", 2, 3, 3, True), ("id-3", 1, 4, 4, False)]


def test_entry_dated_after_the_run_waits_for_the_next(newsroom: Newsroom) -> None:
    newsroom.feed("one", **FEED)
    tomorrow, far = "Wed, 04 Feb 2026 12:00:00 GMT", "Sat, 03 Feb 2099 12:00:00 GMT"
    newsroom.say(
        "/feed",
        Reply(rss([item(1, pubDate=tomorrow), item(2, pubDate=far)]), headers={"ETag": '"1"'}),
        Reply(status=304),
    )
    newsroom.land()
    query = "select identity, first_seen_at::varchar, flags from entries order by load_id, identity"
    waits, wrong = newsroom.rows(query)
    assert waits[:2] == ("id-1", None) and "after_as_of" in json.loads(waits[2])
    assert wrong[:2] == ("id-2", "2026-02-03 18:00:00")
    assert "date_in_future" in json.loads(wrong[2])
    newsroom.land("2026-02-04T06:00:00")  # it is still to come
    assert entry_count(newsroom) == 2
    newsroom.land("2026-02-04T18:00:00")  # although the feed says nothing new
    assert newsroom.rows(query)[2][:2] == ("id-1", "2026-02-04 18:00:00")
    newsroom.land("2026-02-05T18:00:00")
    assert entry_count(newsroom) == 3
