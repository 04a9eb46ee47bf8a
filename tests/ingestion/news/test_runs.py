"""When a run of news is made, what it is made of, and who may be asked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import DeclarationError
from ingestion.landing.land import land
from ingestion.landing.web.begun import asked_so_far, begun_run
from ingestion.news import story_words
from ingestion.news.declaration import FEEDS
from ingestion.news.landing import SOURCE
from python_models.release.phase_tables import put_rows
from tests.ingestion.landing.web.local_web import Reply, Request
from tests.ingestion.news.newsroom import DAY, WORDS, Newsroom, item, page, rss


def one_feed(newsroom: Newsroom) -> None:
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(rss([item(1)])))


def land_by_itself(as_of: str) -> None:
    """Land as `make run` does: nobody asked for a run."""
    os.environ |= {"SLUICE_NEWS_RUN": "", "SLUICE_NEWS_AS_OF": as_of}
    land(SOURCE, [], None, lambda _: None, lambda *_: None)


def test_run_is_made_by_itself_only_when_the_reports_interval_has_passed(
    newsroom: Newsroom,
) -> None:
    one_feed(newsroom)
    newsroom.report(every="12 h")
    land_by_itself("2026-02-03T06:00:00")
    land_by_itself("2026-02-03T06:00:00")
    land_by_itself("2026-02-03T17:59:59")
    assert newsroom.asked("/feed") == 1
    assert newsroom.rows("select count(*) from runs") == [(1,)]
    assert newsroom.rows("select count(*) from files") == [(1,)]
    land_by_itself("2026-02-03T18:00:00")
    assert newsroom.asked("/feed") == 2
    assert newsroom.rows("select count(*) from runs") == [(2,)]


def test_run_has_the_id_of_the_build_that_follows(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    os.environ["SLUICE_RUN_ID"] = "20260203-180000-abcd"
    newsroom.land()
    assert newsroom.rows("select run_id from runs") == [("20260203-180000-abcd",)]
    assert begun_run("news") == "20260203-180000-abcd"
    newsroom.land(DAY.format(4))  # the build was killed before it began: it goes on with this run
    assert newsroom.rows("select count(*) from runs") == [(1,)]


def test_run_keeps_its_report_as_resolved(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.report(top_n=7, window_hours=24)
    os.environ["SLUICE_NEWS_FEEDBACK"] = "0"
    os.environ["SLUICE_NEWS_SINCE"] = "2026-02-01T18:00"
    newsroom.land()
    config, kind, origin, with_feedback = newsroom.rows(
        "select config, kind, origin, with_feedback from runs"
    )[0]
    told = json.loads(config)
    assert (told["report"]["top_n"], told["report"]["window_hours"]) == (7, 48)
    assert told["report"]["caps"] == {"source": 3, "category": 5}
    assert list(told["sources"]) == ["one"]
    assert (kind, origin, with_feedback) == ("scraped", "web", False)


def test_report_may_name_its_sources(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.feed("two", "/other", text="feed")
    newsroom.report(sources=["one"])
    newsroom.land()
    assert (newsroom.asked("/feed"), newsroom.asked("/other")) == (1, 0)
    assert newsroom.rows("select source from source_health") == [("one",)]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AS_OF", "yesterday", "AS_OF=yesterday is no time"),
        ("REPORT", "weekly", "REPORT=weekly is not declared; there are: ai_daily, daily"),
        ("SINCE", "2026-03-01", "does not lie before the run's time"),
        ("REPLAY", "20250101-000000-aaaa", "is no run of news that has landed"),
    ],
)
def test_what_cannot_be_a_run_is_refused_before_anything_is_asked(
    newsroom: Newsroom, name: str, value: str, said: str
) -> None:
    one_feed(newsroom)
    os.environ |= {"SLUICE_NEWS_AS_OF": DAY.format(3), "SLUICE_NEWS_RUN": "1"}
    os.environ[f"SLUICE_NEWS_{name}"] = value
    with pytest.raises(SettingsError, match=said):
        land(SOURCE, [], None, lambda _: None, lambda *_: None)
    assert newsroom.web.log == []
    assert begun_run("news") is None


def test_time_of_a_run_never_goes_back(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.land(DAY.format(4))
    with pytest.raises(SettingsError, match="lies before the last run of daily"):
        newsroom.land(DAY.format(3))


def test_hosts_of_others_are_not_asked_by_nobody(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    os.environ["SLUICE_CONTACT"] = ""
    with pytest.raises(SettingsError, match="SLUICE_CONTACT is not set"):
        newsroom.land()
    assert newsroom.web.log == []
    assert begun_run("news") is None
    os.environ["SLUICE_CONTACT"] = "mailto:tests@example.org"
    newsroom.land()
    agent = newsroom.web.log[0].headers["user-agent"]
    assert agent == "Sluice/0.1 (+mailto:tests@example.org) feed reader"


def test_header_of_a_feed_is_a_variable_and_is_stored_nowhere(newsroom: Newsroom) -> None:
    newsroom.feed("one", text="feed", headers={"X-Token": "canary-7"})
    with pytest.raises(DeclarationError, match="put it into a variable"):
        FEEDS.read_all()
    newsroom.feed("one", text="feed", headers={"X-Token": "${FEED_TOKEN}"})
    newsroom.say("/feed", Reply(rss([item(1)])))
    newsroom.land()
    assert newsroom.health("one")["error"] == "FEED_TOKEN is not set, which the declaration names"
    os.environ["FEED_TOKEN"] = "canary-7"
    try:
        newsroom.land(DAY.format(4))
    finally:
        del os.environ["FEED_TOKEN"]
    assert newsroom.web.asked("127.0.0.1", "/feed")[0].headers["x-token"] == "canary-7"
    root = os.environ["SLUICE_LAKE"]
    assert not [path for path in _files(root) if b"canary-7" in path.read_bytes()]


def _files(root: str) -> list[Path]:
    return [path for path in Path(root).rglob("*") if path.is_file()]


def test_a_run_goes_on_from_the_last_one_whose_stories_are_kept(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    runs = []
    for day in (3, 4, 5, 6):
        newsroom.land(DAY.format(day))
        found = newsroom.rows("select run_id from runs order by started_at")
        runs.append(found[-1][0])
        if day in (
            3,
            5,
        ):  # that of the fourth stopped before its stories, that of the sixth goes on
            done = {"status": "completed" if day == 3 else "pending", "attempt": 1}
            row = done | {"run_id": runs[-1], "phase_name": "tier1_filter", "phase_number": 3}
            put_rows("news_phases", [row | {"sequence": day}])
    before = dict(newsroom.rows("select run_id, previous_run_id from runs"))
    assert before == {runs[0]: None, runs[1]: runs[0], runs[2]: runs[0], runs[3]: runs[0]}


def test_what_persons_say_of_stories_travels_with_the_next_run_of_each_report(
    newsroom: Newsroom,
) -> None:
    one_feed(newsroom)
    story_words.say("same", ["a-2", "a-1"], "ann")
    newsroom.land(DAY.format(3))
    newsroom.land(DAY.format(4))
    story_words.say("apart", ["a-3"], "bob")
    newsroom.land(DAY.format(5))
    newsroom.report(report="weekly")
    newsroom.land(DAY.format(6))
    told = [
        [(word["kind"], word["articles"]) for word in json.loads(config).get("story_words", [])]
        for (config,) in newsroom.rows("select config from runs order by as_of")
    ]
    same, apart = ("same", ["a-1", "a-2"]), ("apart", ["a-3"])
    assert told == [[same], [], [apart], [same, apart]]


def test_a_landing_says_how_many_of_its_sources_have_answered_while_it_goes_on(
    newsroom: Newsroom,
) -> None:
    told: list[tuple[int, dict[str, int]] | None] = []

    def answer(_: Request) -> Reply:
        told.append(asked_so_far("news"))
        return Reply(page(WORDS))

    newsroom.feed("one")
    newsroom.say("/feed", Reply(rss([item(1, link=f"{newsroom.base(2)}/1")])))
    newsroom.web.routes["127.0.0.2", "/1"] = answer
    assert asked_so_far("news") is None
    code, _ = newsroom.land_apart("answer-kept:3")
    assert code != 0 and begun_run("news") and asked_so_far("news") is None  # it was killed
    newsroom.land()
    ((sources, answers),) = filter(None, told[-1:])
    assert (sources, answers["feed"], answers.get("page")) == (1, 1, None)
    assert asked_so_far("news") is None
