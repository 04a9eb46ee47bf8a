"""What is exported comes back through our own landing with the same ids."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingestion.conversations.formats import Unstandard, conversation_id, standardise
from python_models.conversations.preview import preview
from python_models.conversations.templates import TEMPLATES, NotCarried, Turn
from python_models.conversations.writers import COMPRESSIONS, FORMATS, file_name, writing

PIECES = st.sampled_from(
    ["Hello", "what is rain?", "=1+1", "+4", "@me", "-5", "'quoted", "''=x", "\ttab", "a,b;c",
     '"quotes"', "line\nbreak", "C:\\path", "{{name}}", "[1, 2]", '{"a": 1}', "null", "1e5",
     "<|im_start|>user", "<b>bold</b>", "&amp;", "Ä ö ü é", "雨が降る", "😀", "USER:", "\u2028",
     "user: hi", "### Response:", "007", "true", "\\n", "%00", "  spaced  ", "<s>12</s>", "</s>",
     "<|endoftext|>", "<|end|>", "[INST]", "<think>a</think>", "\n<think>b</think>\n", "</think>",
     "\n</think>\n", "<p>I hear that you feel alone.</p>", "&lt;p&gt;I hear you.&lt;/p&gt;",
     "&amp;lt;br&amp;gt;",
     "<tool_call>{\"name\": \"f\"}</tool_call>",
     "<tool_response>x</tool_response>", "```", "Human: a\n\nAssistant: b"]
)  # fmt: skip
TEXT = st.lists(PIECES | st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), min_size=1,
                max_size=4).map(" ".join).filter(str.strip)  # fmt: skip
BY_TURNS = st.lists(TEXT, min_size=1, max_size=3).flatmap(
    lambda asked: st.tuples(
        st.just(asked), st.lists(TEXT, min_size=len(asked), max_size=len(asked))
    )
)
CONVERSATIONS = st.tuples(
    st.none() | TEXT, BY_TURNS, st.booleans()
)  # system prompt, questions and answers, a turn of a tool


def turns_of(drawn: tuple) -> list[Turn]:
    """Return drawn texts as turns."""
    system, (asked, said), has_tool = drawn
    turns = [{"role": "system", "content": system}] if system else []
    for question, answer in zip(asked, said, strict=True):
        turns.append({"role": "user", "content": question})
        if has_tool:
            turns.append({"role": "assistant", "content": "I look that up."})
            turns.append({"role": "tool", "content": "found: 3"})
        turns.append({"role": "assistant", "content": answer})
    return turns


def landed(turns: list[Turn]) -> list[Turn]:
    """Return turns as landing leaves them: what an export starts from."""
    try:
        found = standardise({"messages": turns})
    except Unstandard:
        assume(False)
        raise
    return [{"role": role, "content": content} for role, content in found.messages]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(drawn=st.lists(CONVERSATIONS, min_size=1, max_size=3))
def test_an_export_comes_back_with_the_same_conversation_ids(
    form: str, template: str, drawn: list, tmp_path_factory: pytest.TempPathFactory
) -> None:
    carried = []
    for turns in (landed(turns_of(one)) for one in drawn):
        expected = conversation_id([(turn["role"], turn["content"]) for turn in turns])
        try:
            carried.append(TEMPLATES[template].record(expected, turns))
        except NotCarried:
            continue
    compression = sorted(COMPRESSIONS)[len(drawn) % len(COMPRESSIONS)]
    path = tmp_path_factory.mktemp("trip") / file_name("set-train", form, compression)
    with writing(path, form, compression, TEMPLATES[template].schema) as writer:
        for record in carried:
            writer.put(record)
    assume(carried)
    found = list(preview(path, path.name))
    assert [(one.conversation_id, one.error) for one in found] == [
        (record["id"], None) for record in carried
    ]


MARKED = {
    "marks of a sequence": ("What ends a text?", "The mark at the end is </s>"),
    "tags that look like marks": ("How is text struck out?", "<s>12 euros</s>"),
    "an end of a text": ("Which token ends it?", "The token is called <|endoftext|>"),
    "marks of another template": ("And in Llama?", "[INST] and [/INST], or <|eot_id|>"),
    "two blocks of reasoning": (
        "How long?", "<think>Six.</think>\n<think>Or seven?</think>\nAbout six minutes."),
    "a block between two texts": (
        "How long?", "Let me see.\n<think>Six.</think>\nAbout six minutes."),
    "HTML escaped twice": (
        "I cannot sleep.", "<p>&lt;p&gt;I hear that you lie awake, and worry.&lt;/p&gt;</p>"),
    "HTML that was asked for": ("Write HTML.", "<p>I hear that you lie awake, and worry.</p>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MARKED)
@pytest.mark.parametrize("template", ["chatml", "messages", "alpaca", "vicuna", "sharegpt"])
def test_texts_full_of_marks_come_back_exactly(template: str, kind: str, tmp_path: Path) -> None:
    asked, said = MARKED[kind]
    turns = landed([{"role": "user", "content": asked}, {"role": "assistant", "content": said}])
    expected = conversation_id([(turn["role"], turn["content"]) for turn in turns])
    path = tmp_path / "set-train.jsonl"
    with writing(path, "jsonl", "none", TEMPLATES[template].schema) as writer:
        writer.put(TEMPLATES[template].record(expected, turns))
    assert [one.conversation_id for one in preview(path, path.name)] == [expected]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_what_would_be_read_back_otherwise_is_left_out_and_named(template: str) -> None:
    """Landed with `html: never`, which an export's own landing does not know of."""
    said = "<p>I hear that you lie awake, and that you worry.</p>"
    turns = [{"role": "user", "content": "I cannot sleep."}, {"role": "assistant", "content": said}]
    with pytest.raises(NotCarried, match="read back otherwise"):
        TEMPLATES[template].record("id", turns)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=CONVERSATIONS)
def test_what_was_read_once_is_read_the_same_again(drawn: tuple) -> None:
    turns = landed(turns_of(drawn))
    again = landed(turns)
    assert landed(again) == again
    said = [[(turn["role"], turn["content"]) for turn in one] for one in (turns, again)]
    assert conversation_id(said[0]) == conversation_id(said[1])


def test_preview_says_what_a_file_would_become(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
        '{"instruction": "a", "input": "", "output": "b"}\n'
        '{"speed": 7}\n'
        "{broken\n"
    )
    found = list(preview(path, path.name))
    assert [one.format for one in found] == ["messages", "alpaca", None, None]
    assert found[0].conversation_id == found[1].conversation_id
    assert all(one.reason and one.error for one in found[2:])
    assert [one.record_number for one in preview(path, path.name, limit=2)] == [1, 2]
