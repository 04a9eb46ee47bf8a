"""The demo's oracle: what a model would say that knows how much each event matters."""

from __future__ import annotations

import csv
import statistics
from typing import Any

import pytest

from ingestion.lakehouse.lake import lake
from python_models.llm.offline.request import OfflineRequest
from python_models.news.offline_rules import assess, relevance
from python_models.news.oracle import NOTHING, known_score
from python_models.news.steps import DIMENSIONS

EVENTS = (("1", "9.0", "Acme|Falcon|Umbra|Ann Lee"), ("2", "4.0", "Borealis|Gust|Acme Labs|Bo Ek"))


@pytest.fixture(autouse=True)
def truth() -> None:
    folder = lake().demo / "news" / "truth"
    folder.mkdir(parents=True)
    with (folder / "events.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("event", "importance", "names"), *EVENTS])


def asked(model: str, **data: Any) -> OfflineRequest:
    return OfflineRequest("step", [], data, parameters={"model": model})


def test_a_score_is_the_importance_of_the_event_that_is_told_and_noise() -> None:
    drawn = [known_score(asked(f"oracle-{seed}"), "Gust by Borealis") for seed in range(400)]
    scores = [score for score in drawn if score is not None]
    assert len(scores) == 400
    assert statistics.mean(scores) == pytest.approx(4.0, abs=0.15)
    assert statistics.stdev(scores) == pytest.approx(0.7, abs=0.08)
    top = [known_score(asked(f"oracle-{seed}"), "Acme, Falcon") or 0 for seed in range(99)]
    assert max(top) == 10 and statistics.mean(top) > 8.5


def test_what_tells_of_no_event_matters_little() -> None:
    assert (known_score(asked("oracle-1"), "A course, today only") or 0) < NOTHING + 3


def test_both_tiers_are_told_the_same_whatever_else_is_asked() -> None:
    story = {"headline": "Acme ships Falcon", "opening": "Umbra tests it."}
    passages = [{"id": "a:1", "text": "Acme ships Falcon, which Umbra tests."}]
    for seed in range(20):
        model = f"oracle-{seed}"
        first: Any = relevance(asked(model, story=story, categories=[]))
        second: Any = assess(asked(model, story=story, passages=passages))
        whole = {second[name]["score"] for name in DIMENSIONS}
        assert whole == {max(1, min(10, round(known_score(asked(model), "Acme Falcon") or 0)))}
        assert first["relevance"] == round(known_score(asked(model), "Umbra") or 0, 1)


def test_no_other_model_knows() -> None:
    story = {"headline": "Acme ships Falcon", "opening": "Umbra tests it."}
    for model in ("sluice-offline-1", "oracle", "oracle-x", "my-oracle-1"):
        assert known_score(asked(model), "Acme Falcon") is None
    by_rule: Any = relevance(asked("sluice-offline-1", story=story, categories=[]))
    (lake().demo / "news" / "truth" / "events.csv").unlink()
    without: Any = relevance(asked("other", story=story, categories=[]))
    assert by_rule["relevance"] == without["relevance"]
