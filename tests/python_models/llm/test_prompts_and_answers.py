"""Prompt files are checked when they are read; answers are judged by their type."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pytest
from pydantic import BaseModel, Field

from python_models.llm.asking.results import arrow_type
from python_models.llm.prompting.answers import answer_schema, judge, read_json
from python_models.llm.prompting.prompts import PromptError, load_prompt
from python_models.llm.prompting.tokens import (
    count_messages,
    count_schema,
    count_text,
    most_schema_tokens,
    most_tokens,
)
from tests.python_models.llm.steps import PROMPTS, Verdict

USER = "{% block user %}x{% endblock %}"
GOOD = '{"summary": "fine", "severity": "low", "score": 3, "ids": []}'


def written(tmp_path, text: str):
    """Write a prompt file."""
    path = tmp_path / "prompt.jinja"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% block user %}x{% endblock %}", "no header"),
        ("{# version: 1 #}\n{% block user %}x{% endblock %}", "answer"),
        (
            "{#\nversion: 1\nanswer: text\ncolour: red\n#}\n{% block user %}x{% endblock %}",
            "colour",
        ),
        (
            "{#\nversion: 1\nanswer: Other\n#}\n{% block user %}x{% endblock %}",
            "the step says text",
        ),
        ("{#\nversion: 1\nanswer: text\n#}\nhello", "no block `user`"),
        (
            "{#\nversion: 1\nanswer: text\nparameters: {max_tokens: -1}\n#}\n"
            "{% block user %}x{% endblock %}",
            "max_tokens",
        ),
    ],
)
def test_a_prompt_file_that_does_not_do_says_why(tmp_path, text, said) -> None:
    with pytest.raises(PromptError, match=said):
        load_prompt(written(tmp_path, text))


def test_a_missing_prompt_file_is_named(tmp_path) -> None:
    with pytest.raises(PromptError, match="no such prompt file"):
        load_prompt(tmp_path / "nowhere.jinja")


def test_a_changed_prompt_file_is_read_anew_and_has_another_hash(tmp_path) -> None:
    text = "{{#\nversion: {}\nanswer: text\n#}}\n{{% block user %}}x{{% endblock %}}"
    first = load_prompt(written(tmp_path, text.format(1)))
    path = written(tmp_path, text.format(2))
    import os

    os.utime(path, ns=(1, 1))
    second = load_prompt(path)
    assert (first.header.version, second.header.version) == ("1", "2")
    assert first.text_hash != second.text_hash


def test_blocks_become_messages_in_their_order(tmp_path) -> None:
    text = (
        "{#\nversion: 1\nanswer: text\n#}\n{% block system %}s{% endblock %}"
        "{% block user_example %}q{% endblock %}{% block assistant_example %}a{% endblock %}"
        "{% block user %}{{ n }}{% endblock %}"
    )
    messages = load_prompt(written(tmp_path, text)).messages({"n": 5})
    assert [(one["role"], one["content"]) for one in messages] == [
        ("system", "s"), ("user", "q"), ("assistant", "a"), ("user", "5"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "finish", "status"),
    [
        (GOOD, "stop", "ok"),
        (f"```json\n{GOOD}\n```", "stop", "repaired"),
        (f"Here you are: {GOOD} Bye.", "stop", "repaired"),
        (GOOD.replace("[]}", "[],}"), "stop", "repaired"),
        (GOOD.replace('"', "'"), "stop", "repaired"),
        (GOOD[:-20], "stop", "invalid"),
        (GOOD[:-20], "length", "truncated"),
        (GOOD, "length", "truncated"),
        (GOOD.replace("low", "middling"), "stop", "invalid"),
        (GOOD.replace("3", "9"), "stop", "invalid"),
        ("[1, 2]", "stop", "invalid"),
        ("", "stop", "invalid"),
        (None, "stop", "invalid"),
        (None, "content_filter", "refused"),
        ("null", "stop", "invalid"),
        ("NaN", "stop", "invalid"),
    ],
)
def test_an_answer_is_judged_by_its_end_its_form_and_its_type(content, finish, status) -> None:
    assert judge(content, finish, None, Verdict, None, {}).status == status


def test_a_cut_object_is_not_closed_by_guessing() -> None:
    value, _, error = read_json('{"summary": "the pump is about to')
    assert value is None
    assert "not closed" in error


def test_a_check_sees_the_row_and_its_words_are_the_error() -> None:
    def known(answer: Verdict, row) -> None:
        if answer.summary not in row["allowed"]:
            raise ValueError(f"summary: {answer.summary} is unknown")

    result = judge(GOOD, "stop", None, Verdict, known, {"allowed": []})
    assert (result.status, result.error) == ("invalid", "summary: fine is unknown")
    assert judge(GOOD, "stop", None, Verdict, known, {"allowed": ["fine"]}).status == "ok"


def test_a_schema_is_closed_and_requires_everything() -> None:
    class Inner(BaseModel):
        n: int = 3

    class Outer(BaseModel):
        one: Inner
        many: list[Inner] = []
        maybe: str | None = None

    schema = answer_schema(Outer)
    assert schema["required"] == ["one", "many", "maybe"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Inner"]["required"] == ["n"]


@pytest.mark.parametrize(
    ("annotation", "wanted"),
    [
        (str, pa.string()),
        (int | None, pa.int64()),
        (list[float], pa.list_(pa.float64())),
        (Literal["a", "b"], pa.string()),
        (dict[str, int], pa.string()),
    ],
)
def test_columns_have_the_type_of_the_field_whatever_comes(annotation, wanted) -> None:
    assert arrow_type(annotation) == wanted


def test_counting_is_an_estimate_and_the_worst_case_is_above_it() -> None:
    class Deep(BaseModel):
        text: str = Field(max_length=10)

    messages = [{"role": "user", "content": "The pump hums at 4711 watts. Größe: ÄÖÜ 漢字 🚰"}]
    assert 10 < count_text(messages[0]["content"]) < 30
    assert most_tokens(messages) > count_messages(messages)
    schema = answer_schema(Deep)
    assert most_schema_tokens(schema) > count_schema(schema)


def test_prompts_of_the_tests_can_be_read() -> None:
    assert load_prompt(PROMPTS / "verdicts.jinja", Verdict).has_row_block


@pytest.mark.parametrize(
    "text",
    [
        'The essay says {"summary": "a"}. My answer: {"summary": "b"}',
        '{"summary": "a"}\nOn second thought:\n```json\n{"summary": "b"}\n```',
        '{"summary": "a"} {odd} {"summary": "b"}',
    ],
)
def test_two_objects_that_differ_are_no_answer(text: str) -> None:
    value, _, error = read_json(text)
    assert value is None
    assert error is not None
    assert "several objects" in error


@pytest.mark.parametrize(
    "text",
    ['{"summary": "a"}\n{"summary": "a"}', 'So: {"summary": "a"} as {"example": 1} shows {.'],
)
def test_an_object_said_twice_or_beside_others_is_the_answer(text: str) -> None:
    assert read_json(text) == ({"summary": "a"}, False, None)
