"""A question with choices is answered by the text of the one that is named, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.conversations.formats import Unstandard, standardise

ASKED = {"question": "Which planet is largest?"}
MARS, JUPITER = "Mars", "Jupiter"
LISTED = {"choices": [MARS, JUPITER]}


@pytest.mark.parametrize(
    "record",
    [
        LISTED | {"answer": "B"},
        LISTED | {"answer": "(b)"},
        LISTED | {"answer": JUPITER},
        {"options": {"A": MARS, "B": JUPITER}, "answer": "B"},
        {"options": '{"A": "Mars", "B": "Jupiter"}', "answer": "B"},
        {"choices": {"text": [MARS, JUPITER], "label": ["1", "2"]}, "answerKey": "2"},
        {"choices": [{"label": "A", "text": MARS}, {"label": "B", "text": JUPITER}], "answer": "B"},
        {"A": MARS, "B": JUPITER, "answer": "b."},
        {"optionA": MARS, "optionB": JUPITER, "correct_answer": "B"},
    ],
)
def test_the_letter_of_a_choice_stands_for_its_text(record: dict[str, Any]) -> None:
    found = standardise(ASKED | record)
    assert [(one.role, one.content) for one in found.messages] == [
        ("user", ASKED["question"]),
        ("assistant", JUPITER),
    ]
    answer = str(record.get("answer") or record.get("answerKey") or record.get("correct_answer"))
    assert found.metadata.get("answer_key") == (None if answer == JUPITER else answer)
    kept = found.metadata["fields"]  # the choices are not lost
    assert {name for name in record if name not in kept} <= {
        "answer", "answerKey", "correct_answer",
    }  # fmt: skip


@pytest.mark.parametrize("answer", [0, 1, "1", -1, "E", "(E)"])
def test_a_place_or_a_letter_that_names_no_choice_is_refused(answer: Any) -> None:
    with pytest.raises(Unstandard, match="choices") as refused:
        standardise(ASKED | LISTED | {"answer": answer})
    assert refused.value.reason == "quiz"


def test_an_answer_in_words_beside_choices_is_an_answer() -> None:
    said = "It is Jupiter, by far."
    assert standardise(ASKED | LISTED | {"answer": said}).messages[-1].content == said
    plain = {"problem": "1 + 1?", "solution": "2", "level": "1"}
    assert standardise(plain).messages[-1].content == "2"
    worked = {"problem": "1 + 1?", "solution": "One and one are 2.", "answer": "2"}
    assert standardise(worked).messages[-1].content == "One and one are 2."


@pytest.mark.parametrize(
    "log",
    [
        {
            "messages": [{"role": "user", "content": "Hi"}],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
        },
        {
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
            "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}],
        },
    ],
)
def test_a_request_logged_with_its_only_answer_ends_with_it(log: dict[str, Any]) -> None:
    said = [(one.role, one.content) for one in standardise(log).messages]
    assert said == [("user", "Hi"), ("assistant", "Hello")]
