"""A typed verdict gives its score, or says what does not fit."""

from __future__ import annotations

import json

import pytest

from python_models.experiments.scores import Parsed, ScoreError, answer_type, parse
from python_models.experiments.scores.answer import Scale
from python_models.llm.prompting.answers import answer_schema


@pytest.mark.parametrize(("score", "read"), [(7, 7.0), (7.5, 7.5), (0, 0.0), (10, 10.0)])
def test_the_number_of_a_verdict_is_its_score(score: float, read: float) -> None:
    found = parse(json.dumps({"reason": "Score: 3", "score": score}), "json")
    assert isinstance(found, Parsed)
    assert (found.score, found.raw_score) == (read, score)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"reason": "r", "score": 11}', "out_of_range"),
        ('{"reason": "r", "score": -1}', "out_of_range"),
        ('{"reason": "r", "score": true}', "none"),
        ('{"reason": "r", "score": "7"}', "none"),
        ('{"reason": "r", "score": null}', "none"),
        ('{"reason": "r", "score": [7, 8]}', "none"),
        ('{"reason": "r", "score": NaN}', "none"),
        ('{"reason": "r"}', "none"),
        ('{"score": 7}', "none"),
        ('{"reason": "r", "score": 7, "revised_score": 5}', "none"),
        ("7", "none"),
        ("Score: 7", "none"),
    ],
)
def test_what_is_no_verdict_gives_no_number(text: str, reason: str) -> None:
    found = parse(text, "json")
    assert isinstance(found, ScoreError)
    assert found.reason == reason
    assert found.detail


def test_a_judge_is_asked_for_a_reason_first_and_a_score_within_the_scale() -> None:
    schema = answer_schema(answer_type(Scale(1.0, 5.0)))
    assert list(schema["properties"]) == ["reason", "score"]
    assert schema["required"] == ["reason", "score"]
    assert schema["additionalProperties"] is False
    bounds = schema["properties"]["score"]
    assert (bounds["type"], bounds["minimum"], bounds["maximum"]) == ("number", 1.0, 5.0)
