"""From raw tables to scored articles of stories, over three runs that go on from one another."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.dbt_project.news.articles import ACME, CHIPS, day_1
from tests.dbt_project.news.conftest import Days
from tests.dbt_project.news.models_project import Models
from tests.dbt_project.news.raw_news import AS_OF, Newsroom

LEFT_OUT = {
    "Undated": "undated_at_first_fetch",
    "Later": "after_as_of",
    "List": "not_article",
    "Closed": "stub",
    "Audio": "not_text",
    "Deutsch": "language",
    "Bare": "no_text",
    "Old": "window",
    "Blocked": "blocked",
    "Wire": "near_copy",
    "Falcon 9: Acme": "same_story",
}


def test_one_address_in_two_feeds_is_one_article_with_two_sources(days: Days) -> None:
    article = days.article("run-1", ACME)
    sources = [
        row
        for row in days.rows("run-1", "article_sources")
        if row["article_id"] == article["article_id"]
    ]
    assert {row["source"]: row["guid"] for row in sources} == {"alpha": "a-1", "beta": "b-77"}
    assert (article["source_count"], article["lead_source"]) == (2, "alpha")
    assert article["text_from"] == "feed_text" and len(article["text"]) > 600


def test_a_page_of_another_shape_is_the_article_that_it_names(days: Days) -> None:
    article = days.article("run-1", "Canada")
    assert (article["source_count"], article["url_key"]) in (
        (2, "amp.delta.example/law"),
        (2, "delta.example/law"),
    )
    assert article["text_from"] == "page" and article["host"] == "delta.example"


def test_entries_of_one_feed_with_guids_of_their_own_stay_apart_with_one_link(days: Days) -> None:
    noon, night = (days.article("run-1", f"Live at {when}") for when in ("noon", "night"))
    assert noon["article_id"] != night["article_id"]
    # and are of one story, for they share a link
    assert noon["story_id"] == night["story_id"]


@pytest.mark.parametrize("title", LEFT_OUT)
def test_what_goes_no_further_has_one_reason(days: Days, title: str) -> None:
    article = days.article("run-1", title)
    assert (article["passed"], article["dropped_because"]) == (False, LEFT_OUT[title])


def test_an_article_says_what_came_of_asking_for_its_page(days: Days) -> None:
    wanted = {"Canada": "ok", "Dresden gets": "failed", ACME: None}
    assert {title: days.article("run-1", title)["page_status"] for title in wanted} == wanted
    assert days.article("run-2", "Dresden gets")["page_status"] == "failed"  # not asked since


def test_every_article_passes_or_is_dropped_for_a_reason(days: Days) -> None:
    for run in ("run-1", "run-2", "run-3"):
        rows = days.rows(run, "tier1")
        assert len(rows) == len(days.rows(run, "articles"))
        assert all(row["passed"] == (row["dropped_because"] is None) for row in rows)
    reasons = Counter(row["dropped_because"] for row in days.rows("run-1", "tier1"))
    assert sum(reasons.values()) - reasons[None] == len(LEFT_OUT) + 1  # one of the two live ones


def test_the_score_is_ten_times_the_weighted_sum_of_its_signals(days: Days) -> None:
    weights = {
        "topic": 0.30, "recency": 0.15, "source": 0.15, "corroboration": 0.20,
        "title": 0.05, "length": 0.05, "reader": 0.10,
    }  # fmt: skip
    scored = [row for row in days.rows("run-1", "tier1") if row["score"] is not None]
    assert len(scored) >= 6
    for row in scored:
        parts = {name: row[f"{name}_signal"] for name in weights}
        assert all(0 <= part <= 1 for part in parts.values()), parts
        total = 10 * sum(weights[name] * part for name, part in parts.items())
        assert row["score"] == pytest.approx(total, abs=1e-9)
    acme = days.article("run-1", ACME)
    assert acme["source_signal"] == 0.9 and acme["corroboration_signal"] == 0.5  # three hosts
    assert acme["recency_signal"] == pytest.approx(0.5 ** (9 / 24))


def test_a_date_that_is_wrong_or_to_come_is_not_when_an_article_counts_as_published(
    days: Days,
) -> None:
    wrong, later = days.article("run-1", "Wrong"), days.article("run-1", "Later")
    assert wrong["effective_at"] == AS_OF and wrong["passed"]
    assert later["effective_at"] is None and later["first_seen_at"] is None
    come = days.article("run-2", "Later")
    assert come["passed"] and come["first_seen_at"] == AS_OF + timedelta(days=1)
    assert come["effective_at"] == AS_OF + timedelta(hours=10)
    assert come["article_id"] == later["article_id"]


def test_a_mended_word_is_a_version_that_is_not_scored_again(days: Days) -> None:
    article = days.article("run-2", "Dresden gets")
    assert (article["version"], article["scored_version"]) == (2, 1)
    assert "waffers" in article["text"] and article["scored_text"] == CHIPS.strip()
    rows = days.rows("run-2", "article_versions")
    shares = [r["changed_share"] for r in rows if r["article_id"] == article["article_id"]]
    assert shares[0] == 1.0 and 0 < shares[1] <= 0.1


def test_a_rewritten_article_is_scored_again(days: Days) -> None:
    article = days.article("run-2", "Network predicts")
    assert (article["version"], article["scored_version"]) == (2, 2)
    assert "Farewell" in article["scored_text"]


def test_an_article_joins_the_story_of_an_earlier_day(days: Days) -> None:
    story = days.story("run-1", ACME)
    assert story["story_id"] == days.article("run-1", ACME)["article_id"]  # its oldest member
    update = days.article("run-2", "Acme Robotics sells")
    assert update["story_id"] == story["story_id"]
    farms, late = days.article("run-3", "Plowbot"), days.article("run-2", "Later")
    assert farms["story_id"] == late["story_id"] != farms["article_id"]


def test_a_reported_story_comes_again_only_with_something_new(days: Days) -> None:
    acme, chips = days.story("run-2", "Acme Robotics sells"), days.story("run-2", "A chip factory")
    assert (acme["is_update"], acme["update_of"]) == (True, "run-1")
    assert "Toyota" in acme["new_in_it"] and "430 million" in acme["new_in_it"]
    assert (chips["is_reported"], chips["is_update"]) == (True, False)
    assert days.article("run-2", "A chip factory")["dropped_because"] == "already_reported"
    # what was reported once is remembered by the runs after the next
    again = days.story("run-3", "A chip factory")
    assert (again["reported_run_id"], again["is_update"]) == ("run-1", False)


def test_stories_that_turn_out_to_share_a_link_are_merged_into_the_older_one(days: Days) -> None:
    apart = {days.article("run-1", title)["story_id"] for title in ("Network", "Universities")}
    older = days.article("run-1", "Network")["story_id"]
    assert len(apart) == 2
    younger = next(iter(apart - {older}))
    assert days.article("run-2", "Universities")["story_id"] == older
    rows = {row["story_id"]: row for row in days.rows("run-2", "stories")}
    assert rows[younger]["merged_into"] == older and rows[younger]["article_count"] == 0
    assert days.story("run-3", "Universities")["story_id"] == older


def test_a_day_more_changes_no_earlier_story(days: Days) -> None:
    marts = days.marts
    for before, after in (("run-1", "run-2"), ("run-2", "run-3")):
        known = dict(_members(marts[before]))
        now = dict(_members(marts[after]))
        merged = {row[0]: row[2] for row in marts[after]["stories"] if row[2]}
        assert {one: now[one] for one in known} == {
            one: merged.get(story, story) for one, story in known.items()
        }


def test_a_run_made_again_after_a_newer_one_is_as_it_was(days: Days) -> None:
    assert days.tables["run-2 again"] == days.tables["run-2"]


def test_a_full_refresh_gives_the_same(days: Days) -> None:
    assert days.tables["run-3 from nothing"] == days.tables["run-3"]
    assert days.marts["run-3 from nothing"] == days.marts["run-3"]


def test_marts_hold_what_earlier_runs_dealt_with(days: Days) -> None:
    runs = Counter(row[0] for row in days.marts["run-3"]["tier1"])
    assert set(runs) == {"run-1", "run-2", "run-3"}
    assert len(days.marts["run-3"]["articles"]) > len(days.rows("run-3", "articles"))


def test_the_order_in_which_entries_came_changes_nothing(
    days: Days, in_a_lake: Callable[..., Any]
) -> None:
    from tests.dbt_project.news.conftest import _tables

    def build(models: Models) -> dict[str, list[dict[str, Any]]]:
        told = day_1()
        random.Random(7).shuffle(told["entries"])
        random.Random(8).shuffle(told["pages"])
        models.build(Newsroom().land(**told))
        return _tables(models)

    shuffled = in_a_lake(build)
    for name in ("articles", "story_articles", "stories", "story_vectors", "tier1", "near_copies"):
        assert shuffled[name] == days.rows("run-1", name), name


def test_without_a_run_there_is_nothing_and_nothing_fails(in_a_lake: Callable[..., Any]) -> None:
    def build(models: Models) -> list[tuple[Any, ...]]:
        models.build("")
        return models.rows("select count(*) from int_news__tier1")

    assert in_a_lake(build) == [(0,)]


def _members(marts: dict[str, list[tuple[Any, ...]]]) -> list[tuple[str, str]]:
    return [(row[1], row[0]) for row in marts["story_articles"]]
