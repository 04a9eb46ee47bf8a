"""Stories against the truth of the demo's made-up world: which articles tell which event."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.news.demo.articles import write
from ingestion.news.demo.events import make_events
from python_models.news.stories import Stories, joined
from python_models.news.vectors import Idf, embedded

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "news"
LAST = datetime(2026, 2, 2, 18)


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed."""
    with (SEEDS / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def bcubed(found: dict[str, str], truth: dict[str, int]) -> float:
    """Return the BCubed F1 of a clustering."""
    clusters: dict[str, set[str]] = defaultdict(set)
    events: dict[int, set[str]] = defaultdict(set)
    for name, event in truth.items():
        clusters[found[name]].add(name)
        events[event].add(name)
    shared = {name: len(clusters[found[name]] & events[truth[name]]) for name in truth}
    precision = sum(shared[name] / len(clusters[found[name]]) for name in truth) / len(truth)
    recall = sum(shared[name] / len(events[truth[name]]) for name in truth) / len(truth)
    return 2 * precision * recall / (precision + recall)


def test_the_measure_tells_right_from_wrong() -> None:
    truth = {"a": 1, "b": 1, "c": 2}
    assert bcubed({"a": "x", "b": "x", "c": "y"}, truth) == 1
    assert bcubed({"a": "x", "b": "x", "c": "x"}, truth) == pytest.approx(2 * 5 / 9 / (1 + 5 / 9))


@pytest.mark.parametrize(("days", "count", "dice"), [(4, 120, 1), (4, 70, 2), (14, 300, 3)])
def test_stories_are_the_events_of_the_demo(
    days: int, count: int, dice: int, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(dice)
    rows, truth = [], {}
    for event in make_events(rng, count, LAST, days):
        for outlet in range(rng.choice([1, 1, 2, 3, 4])):
            told = write(rng, event, f"outlet{outlet}.example", rng.randrange(9))
            name = f"a{len(rows):04}"
            truth[name] = event.number
            rows.append(
                {
                    "article_id": name,
                    "title": told.title,
                    "text": "\n\n".join(told.paragraphs),
                    "language": "en",
                    "effective_at": told.published_at,
                    "host": told.host,
                    "key": None,
                }
            )
    vectors = embedded(rows, Idf(seed("news_idf"))).to_pylist()
    vector_of = {row["article_id"]: row["vector"] for row in vectors}
    numbers = {row["name"]: float(row["value"]) for row in seed("news_thresholds")}
    window = timedelta(hours=numbers["story_window_hours"])
    articles = [row | {"vector": vector_of[row["article_id"]]} for row in rows]
    stories = Stories(numbers["story_cosine"], window)
    members = joined(articles, [], {}, "r1", stories).to_pylist()
    found = {row["article_id"]: row["story_id"] for row in members}
    record_property(f"BCubed F1 of {days} days", bcubed(found, truth))
    assert bcubed(found, truth) >= 0.95
