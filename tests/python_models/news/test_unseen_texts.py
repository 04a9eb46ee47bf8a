"""The checks on texts of styles that they were not made on: right ones pass, wrong ones do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from python_models.news.checks.evidence import Article, Evidence, Sentence
from tests.python_models.news.seeds import known
from tests.python_models.news.test_planted_faults import found

TOLD: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("unseen.yml").read_text(encoding="utf-8")
)
LEAST = {"number": 0.99, "quote": 0.99, "name": 0.95}
COPY = 14  # words of a passage that are taken over


def evidence_of(story: dict[str, Any]) -> Evidence:
    passages = {f"a:{at}": text for at, text in enumerate(story["passages"], start=1)}
    return Evidence(passages, {"a": Article(story["title"], "", story["host"], story["dated"])})


def checked(said: str, story: dict[str, Any]) -> set[str]:
    evidence = evidence_of(story)
    faults = found([Sentence(said, tuple(evidence.passages))], evidence, known())
    return faults - {"language"}  # of one sentence alone it cannot be told


def wrong() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for story in TOLD:
        for one in story["wrong"]:
            ((check, said),) = one.items()
            yield check, said, story


def test_right_sentences_of_unseen_styles_are_let_through(
    record_property: Callable[[str, object], None],
) -> None:
    told = [(said, story) for story in TOLD for said in story["right"]]
    alarms = [(said, faults) for said, story in told if (faults := checked(said, story))]
    record_property("false alarms on unseen texts", len(alarms) / len(told))
    assert len(told) >= 100
    assert len(alarms) <= 0.05 * len(told), alarms


def test_wrong_sentences_of_unseen_styles_are_found(
    record_property: Callable[[str, object], None],
) -> None:
    missed: dict[str, list[str]] = {name: [] for name in LEAST}
    counts = dict.fromkeys(LEAST, 0)
    for check, said, story in wrong():
        counts[check] += 1
        if not checked(said, story):
            missed[check].append(said)
    for check, least in LEAST.items():
        share = 1 - len(missed[check]) / counts[check]
        record_property(f"wrong {check} on unseen texts found", share)
        assert share >= least, missed[check]


def test_runs_that_are_taken_over_from_unseen_texts_are_found() -> None:
    for story in TOLD:
        for passage in story["passages"]:
            plain = passage.replace('"', "").split()
            for start in range(0, len(plain) - COPY, 5):
                run = " ".join(plain[start : start + COPY])
                assert "copied_run" in checked(f"In short, {run}.", story), run
