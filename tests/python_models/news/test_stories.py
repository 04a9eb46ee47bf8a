"""Stories: which articles tell one event, whatever the order they were read in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from python_models.news.stories import Stories, joined
from python_models.news.story_vectors import vectors_after
from python_models.news.story_words import moved
from python_models.news.vectors import Vector, dumped, unit

START = datetime(2026, 2, 1)
HOUR = timedelta(hours=1)


def article(name: str, at: float, vector: Vector, **more: Any) -> dict[str, Any]:
    """Give an article some hours after the start."""
    return {
        "article_id": name, "effective_at": START + at * HOUR, "host": f"{name}.example",
        "vector": dumped(unit(vector)), "key": f"{name}.example/x",
    } | more  # fmt: skip


class Chain:
    """Runs that go on from one another."""

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.members: list[dict[str, Any]] = []
        self.vectors: list[dict[str, Any]] = []

        self.words: list[dict[str, Any]] = []  # of persons, for the next run

    def say(self, kind: str, *articles: str) -> None:
        """Have a person say something of stories."""
        self.words.append({"kind": kind, "articles": articles, "said_at": len(self.words)})

    def run(self, run_id: str, articles: list[dict[str, Any]], **copies: str) -> dict[str, str]:
        """Make one run; returns {article: its story}."""
        stories = Stories(self.threshold, timedelta(hours=72))
        stories.carry(self.vectors)
        told = {row["article_id"]: row["vector"] for row in articles}
        before = {row["article_id"]: row["story_id"] for row in self.members}
        members = moved(self.members, self.words, told, run_id, stories)
        self.words, carried = [], self.vectors
        self.members = joined(articles, members, copies, run_id, stories).to_pylist()
        self.vectors = vectors_after(carried, self.members, told, run_id, before).to_pylist()
        return {row["article_id"]: row["story_id"] for row in self.members}


def test_a_story_is_named_after_its_oldest_article() -> None:
    found = Chain().run("r1", [article("b", 2, {"x": 1}), article("z", 1, {"x": 1, "y": 0.1})])
    assert found == {"b": "z", "z": "z"}


def test_an_article_joins_the_best_story_above_the_threshold() -> None:
    chain = Chain()
    chain.run("r1", [article("a", 0, {"x": 1}), article("b", 0, {"y": 1})])
    found = chain.run(
        "r2", [article("c", 1, {"x": 0.7, "y": 0.9}), article("d", 1, {"x": 0.4, "z": 1})]
    )
    assert found == {"a": "a", "b": "b", "c": "b", "d": "d"}


def test_ties_go_to_the_smaller_id() -> None:
    chain = Chain()
    chain.run("r1", [article("b", 0, {"x": 1}), article("a", 0, {"y": 1})])
    assert chain.run("r2", [article("c", 1, {"x": 1, "y": 1})])["c"] == "a"


def test_a_story_takes_nothing_in_that_is_too_far_away_in_time() -> None:
    chain = Chain()
    chain.run("r1", [article("a", 0, {"x": 1})])
    found = chain.run("r2", [article("b", 72, {"x": 1}), article("c", 145, {"x": 1})])
    assert (found["b"], found["c"]) == ("a", "c")


def test_a_copy_is_in_the_story_of_its_original_however_far() -> None:
    chain = Chain()
    chain.run("r1", [article("a", 0, {"x": 1})])
    assert chain.run("r2", [article("b", 100, {"y": 1})], b="a")["b"] == "a"


def test_one_link_is_one_story() -> None:
    chain = Chain()
    chain.run("r1", [article("a", 0, {"x": 1}, key="k")])
    assert chain.run("r2", [article("b", 200, {"y": 1}, key="k")])["b"] == "a"


def test_the_order_in_which_articles_are_read_changes_nothing() -> None:
    rng = random.Random(3)
    for trial in range(30):
        articles = [
            article(
                f"a{number:02}", rng.randrange(96), {rng.choice("xyz"): 1, rng.choice("xyz"): 1}
            )
            for number in range(25)
        ]
        chains = Chain(), Chain()
        found = [chains[0].run("r1", articles)]
        found.append(chains[1].run("r1", random.Random(trial).sample(articles, len(articles))))
        assert found[0] == found[1]
        assert chains[0].vectors == chains[1].vectors


def test_later_articles_change_no_story_that_is_there() -> None:
    rng = random.Random(5)
    chain, known = Chain(), {}
    for day in range(6):
        today = [
            article(
                f"d{day}n{number}", day * 24 + rng.randrange(24),
                {term: rng.random() for term in rng.sample("pqrstuvw", 3)},
            )
            for number in range(12)
        ]  # fmt: skip
        found = chain.run(f"r{day}", today)
        assert {name: found[name] for name in known} == known
        known = found


def test_articles_that_are_told_again_are_not_counted_twice() -> None:
    chain, told = Chain(), [article("a", 0, {"x": 1}), article("b", 1, {"x": 1})]
    chain.run("r1", told)
    before = chain.vectors
    chain.run("r2", told)
    assert chain.vectors == before and before[0]["article_count"] == 2


def test_stories_merge_into_the_oldest_when_a_link_turns_out_to_be_shared() -> None:
    chain = Chain()
    first = [article("b", 0, {"x": 1}), article("a", 3, {"y": 1}), article("c", 5, {"z": 1})]
    chain.run("r1", first)
    again = [first[0] | {"key": "k"}, first[1] | {"key": "k"}]
    found = chain.run("r2", again)
    assert found == {"a": "b", "b": "b", "c": "c"}
    assert {row["story_id"]: row["article_count"] for row in chain.vectors} == {"b": 2, "c": 1}
    # what comes later joins the one they have become
    assert chain.run("r3", [article("d", 6, {"y": 1})])["d"] == "b"
    assert {row["article_id"]: row["began_as"] for row in chain.members}["a"] == "a"


def test_stories_that_a_person_calls_one_stay_one() -> None:
    chain = Chain()
    told = [article("a", 1, {"x": 1}), article("b", 0, {"y": 1}), article("c", 0, {"z": 1})]
    chain.run("r1", told)
    chain.say("same", "a", "b")
    assert chain.run("r2", told) == {"a": "b", "b": "b", "c": "c"}
    assert {row["story_id"]: row["article_count"] for row in chain.vectors} == {"b": 2, "c": 1}
    # told no more: it holds all the same, and what is like either joins the one they have become
    assert chain.run("r3", [article("d", 3, {"x": 1})])["d"] == "b"
    assert chain.run("r4", [article("e", 3, {"x": 0.4, "y": 1})])["e"] == "b"
    assert {row["article_id"]: row["began_as"] for row in chain.members}["a"] == "a"


def test_what_a_person_parts_is_brought_together_by_nothing() -> None:
    chain = Chain()
    told = [
        article("a", 0, {"x": 1, "y": 0.6}, key="k"), article("b", 1, {"x": 1, "z": 0.6}, key="k"),
        article("c", 2, {"x": 1, "y": 0.5}),
    ]  # fmt: skip
    assert set(chain.run("r1", told).values()) == {"a"}
    chain.say("apart", "b")
    for run in ("r2", "r3"):
        assert chain.run(run, told) == {"a": "a", "b": "b", "c": "a"}
    assert {row["story_id"]: row["article_count"] for row in chain.vectors} == {"a": 2, "b": 1}
    more = [
        article("d", 3, {"z": 1}), article("e", 3, {"q": 1}, key="k"), article("f", 3, {"y": 1})
    ]  # fmt: skip
    found = chain.run("r4", told + more)
    # a new one joins the part that it is like, a shared link the part that was not taken out
    assert (found["d"], found["e"]) == ("b", "a")
    assert found["f"] != "b"


def test_the_part_with_the_article_a_story_is_named_after_keeps_its_name() -> None:
    chain = Chain()
    told = [article(name, at, {"x": 1}) for at, name in enumerate("abc")]
    chain.run("r1", told)
    chain.say("apart", "a")
    assert chain.run("r2", told) == {"a": "a", "b": "b", "c": "b"}
    # nothing is left to part, or to bring together
    chain.say("apart", "a")
    chain.say("apart", "b", "c")
    chain.say("same", "b", "c")
    chain.say("same", "gone", "away")
    assert chain.run("r3", told) == {"a": "a", "b": "b", "c": "b"}


def test_a_person_may_think_better_of_it() -> None:
    chain = Chain()
    told = [article("a", 0, {"x": 1}), article("b", 1, {"y": 1}), article("c", 2, {"y": 1})]
    chain.run("r1", told)
    vectors = chain.vectors
    chain.say("same", "a", "b")
    assert set(chain.run("r2", told).values()) == {"a"}
    chain.say("apart", "b", "c")
    assert chain.run("r3", told) == {"a": "a", "b": "b", "c": "b"}
    assert [{"story_id": row["story_id"], "vector": row["vector"]} for row in chain.vectors] == [
        {"story_id": row["story_id"], "vector": row["vector"]} for row in vectors
    ]


def test_articles_that_nobody_tells_any_more_can_be_moved() -> None:
    chain = Chain()
    chain.run("r1", [article("a", 0, {"x": 1}), article("b", 1, {"x": 1})])
    chain.say("apart", "b")
    found = chain.run("r2", [article("c", 3, {"x": 1})])
    assert found == {"a": "a", "b": "b", "c": "a"}
    assert chain.run("r3", [])["b"] == "b"
