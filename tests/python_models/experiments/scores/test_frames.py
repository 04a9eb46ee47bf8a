"""A sentence that gives the text its score is read; one that gives it to another is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from python_models.experiments.scores import Parsed, parse
from python_models.experiments.scores.frames import verdict_around
from python_models.experiments.scores.numbers import skeleton

_COUNTED = {"ja": "7点", "ko": "7점", "zh": "7分"}


def _said() -> dict[str, list[str]]:
    """Return sentences of verdicts by language, `{}` for the number."""
    found: dict[str, list[str]] = {}
    language = ""
    text = Path(__file__).with_name("verdicts_said.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("== "):
            language = line[3:]
        elif not line.startswith("#"):
            found.setdefault(language, []).extend(line.split(" | "))
    return found


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "ja", "ko", "zh"])
def test_a_sentence_of_a_verdict_is_read_whatever_it_is_made_of(language: str) -> None:
    texts = [
        one.format(number)
        for one in _said()[language]
        for number in (_COUNTED.get(language, "7"), "7/10")
    ]
    assert len(texts) > 80
    read = [parse(one, "complex") for one in texts]
    assert [one for one in read if isinstance(one, Parsed) and one.score != 7] == []
    lost = [text for text, one in zip(texts, read, strict=True) if not isinstance(one, Parsed)]
    assert len(lost) <= 0.02 * len(texts), lost


@pytest.mark.parametrize(
    "sentence",
    [
        "Given its thin plot, I would rate this essay 6.",
        "長所と短所を比較した結果、6点とします。",
        "Nach Abwägung von Stärken und Schwächen vergebe ich 6 Punkte.",
    ],
)
def test_a_reason_may_stand_before_who_gives_the_score(sentence: str) -> None:
    found = parse(sentence, "complex")
    assert isinstance(found, Parsed)
    assert found.score == 6


@pytest.mark.parametrize(
    "sentence",
    [
        "If I ignore the ending, it's a 6.",
        "According to the author, it is a 6.",
        "The introduction gets a 6.",
        "The protagonist scores 6.",
        "Give this essay a 6.",
        "Dele un 6.",
        "6 점을 주세요.",
        "Ce serait un 6.",
        "Another judge gives it a 6.",
        "A typical essay gets a 6.",
    ],
)
def test_what_gives_a_score_to_another_or_on_a_condition_is_no_verdict(sentence: str) -> None:
    line = skeleton(sentence)
    assert [verdict_around(line.text, place) for place in line.numbers()] == [None]
    assert not isinstance(parse(sentence, "complex"), Parsed)
