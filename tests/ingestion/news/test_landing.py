"""A run of news on its way into the lake."""

from __future__ import annotations

from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import DAY, WORDS, Newsroom, item, page, rss


def items_of(newsroom: Newsroom, *numbers: int, **fields: str) -> list[str]:
    return [item(n, link=f"{newsroom.base(2)}/{n}", **fields) for n in numbers]


def test_run_lands_entries_pages_and_health_once(newsroom: Newsroom) -> None:
    newsroom.feed("one")
    newsroom.say("/feed", Reply(rss(items_of(newsroom, 1, 2)), headers={"ETag": 'W/"x"'}))
    for number in (1, 2, 3):
        newsroom.say(f"/{number}", Reply(page(f"{number} {WORDS}")), host=2)
    report = newsroom.land()
    assert report.failed == [] and report.quarantined == []
    tally = report.tallies["one"]
    assert (tally.rows_in, tally.accepted, tally.duplicate) == (2, 2, 0)
    assert newsroom.rows(
        "select identity, first_seen_at = r.as_of, first_run_id = r.run_id from "
        "entries, runs r order by 1"
    ) == [("id-1", True, True), ("id-2", True, True)]
    assert newsroom.rows("select count(*), count(distinct object_hash) from pages") == [(2, 2)]
    roles = newsroom.rows("select role, status, count(*) from fetches group by all order by all")
    assert roles == [("feed", "ok", 1), ("page", "ok", 2), ("robots", "allowed", 2)]  # 404
    newsroom.say("/feed", Reply(rss(items_of(newsroom, 1, 2, 3))))
    again = newsroom.land(DAY.format(4)).tallies["one"]
    assert (again.rows_in, again.accepted, again.duplicate) == (3, 1, 2)
    assert newsroom.asked("/robots.txt") == 1  # kept for a day by the clock
    assert [newsroom.asked(f"/{n}", host=2) for n in (1, 2, 3)] == [1, 1, 1]
    health = newsroom.health("one")
    assert (health["status"], health["item_count"], health["new_count"], health["seen_count"]) == (
        "ok",
        3,
        1,
        2,
    )
    previous = newsroom.rows("select previous_run_id from runs order by as_of")
    assert previous[0] == (None,) and previous[1][0] is not None


def test_source_that_fails_goes_stale_and_the_others_say_how_new_they_are(
    newsroom: Newsroom,
) -> None:
    newsroom.feed("one", text="feed")
    newsroom.feed("two", "/other")
    newsroom.feed("three", "/third", text="feed")
    later = "Tue, 03 Feb 2026 17:00:00 GMT"
    wrong = "Sat, 03 Feb 2099 12:00:00 GMT"
    items = [item(1), item(2, pubDate=later), item(3, pubDate=wrong)]
    newsroom.say("/feed", Reply(rss(items)))
    newsroom.say("/third", Reply(rss([])))
    newsroom.land()
    found = newsroom.rows(
        "select source, rows_in, first_entry_at::varchar, last_entry_at::varchar from files"
        " order by source"
    )
    assert found == [
        ("one", 3, "2026-02-03 12:00:00", "2026-02-03 17:00:00"),
        ("three", 0, None, None),
    ]


def test_a_date_that_programs_write_for_none_lands_as_said_and_counts_as_none(
    newsroom: Newsroom,
) -> None:
    newsroom.feed("one")
    zero = "Mon, 01 Jan 0001 00:00:00 +0000"
    newsroom.say("/feed", Reply(rss(items_of(newsroom, 1))))
    for number in (1, 2):
        newsroom.say(f"/{number}", Reply(page(f"{number} {WORDS}")), host=2)
    newsroom.land()
    feed = rss([*items_of(newsroom, 1), *items_of(newsroom, 2, pubDate=zero)])
    newsroom.say("/feed", Reply(feed))
    newsroom.land(DAY.format(4))
    ((at, flags),) = newsroom.rows(
        "select published_at, flags from entries where identity = 'id-2'"
    )
    assert (at.year, flags) == (1, '["date_implausible"]')
    assert newsroom.asked("/2", host=2) == 1  # as of any entry that is new and has no date
