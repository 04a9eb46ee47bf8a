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
     "user: hi", "### Response:", "007", "true", "\\n", "%00", "  spaced  "]
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
