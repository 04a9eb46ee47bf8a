"""The news page: what it says of an item, and what a reader says there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from dashboards.news.audits import sentence
from dashboards.news.funnel import line, reached
from dashboards.news.report import link
from dashboards.news.why_not import beside, verdict
from ingestion.lakehouse import journal
from ingestion.landing.products import PRODUCTS
from ingestion.news import feedback, story_words
from tests.dashboards.hostile_text import HOSTILE
from tests.dashboards.pages import failures, page, words
from tests.python_models.kept_runs import keep_run

# what the two runs are called where one is chosen
ONE, TWO = (f"2026-01-0{day} 18:00 UTC · daily · {day - 1}" for day in (2, 3))
REASONS = {
    "s-2": "Phase 6",  # of the newest run, whose stories are s-2 to s-7
    "s-5": "cap of category",
    "s-6": "Phase 4, tier2 batch",
    "s-7": "Phase 3, tier1 filter",
}


def says(text: str) -> str:
    """Return what the search says of a story of the newest run."""
    tested = page("news", {"view": "Why not?", "why": text, "run": TWO})
    assert failures(tested) == []
    return words(tested).replace("\\", "")


@pytest.mark.parametrize(
    ("dropped", "is_exact"),
    [(6, True), (7, False)],
)
def test_what_the_tiers_lost_is_a_number_where_all_was_assessed(
    dropped: int, is_exact: bool
) -> None:
    row = {"sample_count": 6, "dropped_count": dropped, "lost_estimate": 2.0, "lost_low": 1.8,
           "lost_high": 2.9}  # fmt: skip
    said = sentence([row] * 6)
    assert ("**2.0**" in said, "95 %" in said, "About" in said) == (
        True,
        not is_exact,
        not is_exact,
    )


@pytest.mark.parametrize("story", ["s-5", "s-6", "s-7"])
def test_the_search_names_the_phase_and_the_reason(released: Path, story: str) -> None:
    said = says(story)
    assert REASONS[story] in said
    assert "tier-1 score" in said


def test_the_search_says_which_item_a_story_is_and_that_a_copy_is_of_it(released: Path) -> None:
    assert "its story is item 1" in says("s-2")


def test_the_search_has_an_answer_for_what_nobody_delivered(released: Path) -> None:
    assert "No article of this run" in says("nothing like that")


def test_a_rating_is_in_the_journal_at_once_and_said_to_wait(released: Path) -> None:
    tested = page("news", {"run": ONE})
    button = next(one for one in tested.button if one.key == "rate_down_2")
    tested = button.click().run()
    assert failures(tested) == []
    assert "waiting for the next run" in words(tested)
    (row,) = feedback.kept()
    assert (row["article_id"], row["rating"]) == ("a-2-0", "down")
    assert "rated up" in words(tested)  # what is landed stays as it is
    with pytest.raises(feedback.UnknownRating):
        feedback.rate("a-2-0", "sideways", "ann")


def test_a_rating_waits_until_it_is_landed() -> None:
    at = feedback.rate("a-1", "up", "ann", "good")
    assert isinstance(at, datetime)
    assert [row["note"] for row in feedback.waiting([])] == ["good"]
    assert feedback.waiting([("a-1", "ann", at)]) == []
    assert journal.rows("select count(*) as n from news_feedback")[0]["n"] == 1


def test_a_word_on_stories_is_in_the_journal_at_once_and_said_to_wait(released: Path) -> None:
    tested = page("news", {"view": "Stories", "run": ONE})
    story = next(one.key for one in tested.button if str(one.key).startswith("merge_"))[6:]
    other = next(name for name in ("s-1", "s-2") if name != story)
    number = story[2:]
    tested.selectbox(key=f"same_{story}").set_value(other).run()
    tested = tested.button(key=f"merge_{story}").click().run()
    assert failures(tested) == []
    assert "merge, waiting for the next run" in words(tested)
    tested.multiselect(key=f"apart_{story}").set_value([f"a-{number}-1"]).run()
    tested = tested.button(key=f"split_{story}").click().run()
    assert failures(tested) == []
    assert "split, waiting for the next run" in words(tested)
    told = [(row["kind"], row["articles"]) for row in story_words.kept()]
    merged = sorted([f"a-{number}-0", f"a-{other[2:]}-0"])
    assert told == [("same", merged), ("apart", [f"a-{number}-1"])]


def test_all_of_a_story_can_not_be_parted_from_it(released: Path) -> None:
    tested = page("news", {"view": "Stories", "run": ONE})
    (chosen,) = (one for one in tested.multiselect if str(one.key).startswith("apart_"))
    assert (len(chosen.options), chosen.proto.max_selections) == (2, 1)


def test_a_word_waits_until_its_story_is_so_or_a_later_one_recalls_it() -> None:
    story_words.say("same", ["a", "b"], "ann")
    story_words.say("apart", ["c"], "ann")

    def waits(*members: str) -> list[str]:
        return [word["kind"] for word in story_words.unfulfilled(members)]

    assert waits("a") == ["same"] and waits("b", "x") == ["same"]
    assert waits("a", "b", "x") == [] and waits("x") == []
    assert waits("a", "c") == ["same", "apart"] and waits("c") == []
    story_words.say("apart", ["b"], "bob")
    assert waits("a") == [] and waits("a", "b") == ["apart"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "", None, "https://"],
)
def test_a_title_links_to_the_web_only(url: str | None) -> None:
    assert "](" not in link("A title", url)


def test_a_link_cannot_break_out_of_its_place() -> None:
    shown = link(HOSTILE, "https://x.example/a)b <i>(c")
    assert shown.endswith("](<https://x.example/a%29b%20%3Ci%3E%28c>)")
    assert "<script>" not in shown.partition("](")[0]


def test_hostile_text_of_an_article_is_shown_as_text(released: Path) -> None:
    tested = page("news", {"run": ONE})
    assert failures(tested) == []
    shown = words(tested)
    assert "javascript:" not in "".join(one.value for one in tested.markdown)
    assert "<script>" not in shown.replace("&lt;script&gt;", "")


def test_a_report_that_is_short_of_items_says_why(released: Path) -> None:
    assert "one analysis did not stand" in words(page("news", {"run": TWO})).replace("\\", "")


def test_two_runs_are_compared_from_their_kept_phases(released: Path) -> None:
    for number, run in enumerate(("run-1", "run-2"), 1):
        story = [{"run_id": run, "story_id": f"s-{number}", "rank": 1, "selected": True}]
        keep_run(run, number, (1, 6), rows={6: {"ranking": story}})
    tested = page("news", {"view": "Compare", "run": TWO, "with": ONE})
    assert failures(tested) == []
    titles = [one.value for one in tested.subheader]
    assert "Entered and left the report" in titles
    (members,) = (
        frame.value
        for frame in tested.dataframe
        if "rank_a" in frame.value.columns and len(frame.value)
    )
    assert sorted(members["what"]) == ["entered", "left"]


def test_the_funnel_says_what_the_tiers_may_have_lost(released: Path) -> None:
    tested = page("news", {"view": "Funnel", "run": TWO})
    assert failures(tested) == []
    shown = words(tested).replace("\\", "")
    assert "2 of 9 dropped articles" in shown and "4.5" in shown and "0.3 to 8.7" in shown
    (found,) = (one.value for one in tested.dataframe if "is_lost" in one.value.columns)
    assert list(found["is_lost"]) == [True, False]
    without = page("news", {"view": "Funnel", "run": ONE})
    assert failures(without) == []
    assert "No dropped article of this run was assessed" in words(without).replace("\\", "")


def test_an_article_whose_story_another_one_tells_went_where_its_story_did() -> None:
    row = {"report_rank": None, "tier1_passed": False, "tier1_reason": "same_story",
           "dropped_for": "The first", "tier2_passed": False, "tier2_reason": "beyond_tier3_max",
           "weighted_score": None, "not_selected_because": None}  # fmt: skip
    phase, reason = verdict(row, None)
    assert phase == "Phase 4, tier2 batch"
    assert reason == "beyond tier3 max (its story, as another article tells it: The first)"
    alone = verdict(row | {"tier2_passed": None}, None)
    assert alone == ("Phase 3, tier1 filter", "same story (The first)")


def test_numbers_of_what_came_further_stand_beside_those_of_what_did_not() -> None:
    limits = {"least_score": 3.98, "assessed_count": 15, "least_relevance": 9.0,
              "selected_count": 10, "least_weighted": 4.2}  # fmt: skip
    told = [
        ("Phase 3, tier1 filter", "score", ["what passed has 3.98 or more"]),
        ("Phase 3, tier1 filter", "language", []),
        ("Phase 4, tier2 batch", "beyond tier3 max",
         ["the 15 that passed have a relevance of 9.00 or more"]),
        ("Phase 4, tier2 batch", "promotional", []),
        ("Phase 6, ranking", "category cap", ["the 10 selected are weighted 4.20 or more"]),
    ]  # fmt: skip
    assert [beside(phase, reason, limits) for phase, reason, _ in told] == [one[2] for one in told]
    assert beside("Phase 6, ranking", "reserve", limits | {"least_weighted": None}) == []


def test_a_phase_has_begun_when_those_before_it_are_through() -> None:
    def phases(*states: str, first: int = 1) -> list[dict[str, str]]:
        names = list(PRODUCTS["news"].phases)
        numbered = enumerate(states, first)
        return [{"phase": f"{n} {names[n - 1]}", "state": state} for n, state in numbered]

    begun = [int(phase.partition(" ")[0]) for phase in reached(
        phases("success", "running", "running", "waiting", "running"))]  # fmt: skip
    assert begun == [1, 2]
    assert not reached(phases("waiting", "running")) and not reached([])
    assert len(reached(phases("success", "running", first=6))) == 2
    assert len(reached(phases("success", "failed", "skipped"))) == 3


def test_a_phase_says_what_got_through_once_it_is_through() -> None:
    row = {"seconds": 5.0, "rows_in": 10_710, "rows_out": 3_474, "state": "running"}
    assert "227" not in line("tier1 filter", 3, row, (227, 71))  # of an attempt before
    told = line("tier1 filter", 3, row | {"state": "success"}, (227, 71))
    assert "227 → 71" in told and "10,710" not in told
    assert "→" not in line("initialization", 1, row | {"state": "success"}, (None, 1))
    asked = line("tier2 batch", 4, row | {"state": "success", "calls": 4, "usd": 0.5}, None)
    assert "4 calls" in asked and "→" not in asked
    assert line("ranking", 6, None, None).startswith(":gray[")
