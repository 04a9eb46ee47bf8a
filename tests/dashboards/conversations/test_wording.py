"""Reasons are said in words, and every check there is has its own."""

from __future__ import annotations

import pytest

from dashboards.conversations.wording import CHECKS, decision_words, reason_words
from ingestion.lakehouse.settings import PROJECT_ROOT

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("structure: answered", "no answer to the last question"),
        ("failed validation: content: personal_data", "personal data"),
        ("near_duplicate", "nearly the same conversation is kept already"),
        ("highest_quality: another copy was taken", "highest quality: another copy was taken"),
        ("content: a_check_of_tomorrow", "content: a check of tomorrow"),
        (None, None),
    ],
)
def test_a_reason_is_a_sentence(reason: str | None, said: str | None) -> None:
    assert reason_words(reason) == said


def test_every_check_has_words() -> None:
    model = PROJECT_ROOT / "dbt_project" / "models" / "conversations" / "marts" / "quality.yml"
    text = model.read_text(encoding="utf-8")
    assert not [check for check in CHECKS if f"- name: {check}_score" not in text]


def test_decisions_have_words_and_unknown_ones_stay() -> None:
    assert [decision_words(one) for one in ("left_out", "member", "new", None)] == [
        "Left out", "In the set", "new", None,
    ]  # fmt: skip
