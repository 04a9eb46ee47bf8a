"""Chunkers: every span reads back, nothing is lost, and an edit stays where it was made."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_models.knowledge.chunking.blocks import blocks_of
from python_models.knowledge.chunking.chunkers import KINDS, UnknownChunker, chunks_of
from python_models.knowledge.chunking.units import Span, sentences_of, token_count

PAGE = """Before any heading.

# Billing

Owned by Payments. It replaced `ledger` in May.

| step | who |
|---|---|
| 1 | Ada |

## How to restart

```sh
# not a heading
kubectl rollout restart

deploy/billing
```

Then look at the graph.

Limits
------
Ten a second.
"""
WORDS = [
    "team",
    "service",
    "owns",
    "page",
    "runs",
    "deploy",
    "after",
    "latency",
    "queue",
    "retry",
    "bill",
    "cache",
    "node",
]


def page_of(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs)


def paragraphs_made(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [
        f"{' '.join(chance.choices(WORDS, k=chance.randint(20, 60))).capitalize()}."
        for _ in range(count)
    ]


def texts_of(text: str, kind: str, **parameters: int) -> list[str]:
    return [text[chunk.start : chunk.end] for chunk in chunks_of(text, kind, parameters)]


odd_texts = st.text(
    st.sampled_from(
        [*"aZ0 .!?\n\t#|`~-=*", "\u00a0", "\u200b", "\r", "。", "漢", "é", "😀", "\x00"]
    ),
    max_size=400,
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(text=odd_texts)
def test_chunks_without_overlap_tile_any_text_but_for_white_space(kind: str, text: str) -> None:
    at = 0
    for chunk in chunks_of(text, kind, {"tokens": 8}):
        assert at <= chunk.start < chunk.end <= len(text)
        assert not text[at : chunk.start].strip()
        assert text[chunk.start : chunk.end] == text[chunk.start : chunk.end].strip()
        at = chunk.end
    assert not text[at:].strip()


def test_windows_overlap_as_the_parameters_say_and_none_is_inside_another() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    chunks = chunks_of(text, "fixed", {"tokens": 40, "overlap": 10})
    ends = [chunk.end for chunk in chunks]
    assert ends == sorted(set(ends)) and ends[-1] == len(text)
    assert all(token_count(text, Span(*chunk[:2])) <= 40 for chunk in chunks)
    for before, after in zip(chunks, chunks[1:], strict=False):
        assert token_count(text, Span(after.start, before.end)) == 10


def test_an_overlap_as_large_as_the_window_is_refused() -> None:
    with pytest.raises(UnknownChunker, match="overlap: 8 tokens of 8"):
        chunks_of("one two", "fixed", {"tokens": 8, "overlap": 8})


def test_a_kind_there_is_not_is_named() -> None:
    with pytest.raises(UnknownChunker, match="'sentense' is no kind of chunker"):
        chunks_of("one two", "sentense", {})


def test_parts_know_the_headings_they_stand_under() -> None:
    paths = {PAGE[one.start : one.end].split("\n")[0]: one.headings
             for one in chunks_of(PAGE, "headings", {"tokens": 200})}  # fmt: skip
    assert paths == {
        "Before any heading.": (),
        "# Billing": ("Billing",),
        "## How to restart": ("Billing", "How to restart"),
        "Limits": ("Billing", "Limits"),
    }


def test_tables_and_code_are_never_cut_however_long_they_are() -> None:
    rows = "\n".join(f"| {number} | some words that fill a row |" for number in range(200))
    code = "\n\n".join(f"step_{number}()" for number in range(200))
    text = f"# A\n\nWords.\n\n| a | b |\n|---|---|\n{rows}\n\n```\n{code}\n```\n\nEnd."
    found = texts_of(text, "headings", tokens=32)
    assert sum(rows in one for one in found) == 1
    assert sum(code in one for one in found) == 1


def test_a_fence_that_is_never_closed_goes_to_the_end() -> None:
    assert [one.kind for one in blocks_of("A\n\n~~~\n# b\n\n```\nc")] == ["text", "whole"]


@pytest.mark.parametrize("kind", ["headings", "sentences"])
@pytest.mark.parametrize("seed", range(4))
def test_one_paragraph_edited_changes_at_most_three_chunks_of_fifty(kind: str, seed: int) -> None:
    paragraphs = paragraphs_made(110, seed)
    before = texts_of(page_of(paragraphs), kind, tokens=160)
    assert len(before) >= 40
    known = set(before)
    for at in range(len(paragraphs)):
        edited = [*paragraphs]
        edited[at] = edited[at].replace(" ", " newly said ", 1) + " And one sentence more."
        after = texts_of(page_of(edited), kind, tokens=160)
        assert 1 <= len([one for one in after if one not in known]) <= 3


@pytest.mark.parametrize("kind", ["headings", "sentences"])
def test_a_paragraph_put_in_or_taken_out_changes_few_chunks(kind: str) -> None:
    paragraphs = paragraphs_made(110, 9)
    known = set(texts_of(page_of(paragraphs), kind, tokens=160))
    for at in range(0, 110, 7):
        without = paragraphs[:at] + paragraphs[at + 1 :]
        for changed in (without, [*paragraphs[:at], "Wholly new words here.", *paragraphs[at:]]):
            after = texts_of(page_of(changed), kind, tokens=160)
            assert len([one for one in after if one not in known]) <= 3


@pytest.mark.parametrize("kind", ["headings", "sentences"])
def test_chunks_are_neither_too_long_nor_crumbs(kind: str) -> None:
    text = page_of(paragraphs_made(200, 5))
    sizes = [token_count(one, Span(0, len(one))) for one in texts_of(text, kind, tokens=160)]
    assert max(sizes) <= 160
    assert sum(sizes) / len(sizes) > 60


def test_sentences_end_at_their_marks_and_not_at_abbreviations() -> None:
    text = 'Dr. Ada wrote e.g. billing. "It broke!" Why? Version 2.1 of it. 直した。次'
    assert [text[start:end] for start, end in sentences_of(text, 0, len(text))] == [
        "Dr. Ada wrote e.g. billing.",
        '"It broke!"',
        "Why?",
        "Version 2.1 of it.",
        "直した。",
        "次",
    ]


def test_a_word_as_long_as_a_book_is_cut_too() -> None:
    found = texts_of("x" * 10_000, "sentences", tokens=100)
    assert re.sub(r"\s", "", "".join(found)) == "x" * 10_000
    assert max(map(len, found)) <= 600


def test_the_same_line_a_thousand_times_is_cut_evenly() -> None:
    found = texts_of("the queue is full\n\n" * 1000, "sentences", tokens=100)
    sizes = [token_count(one, Span(0, len(one))) for one in found]
    assert max(sizes) <= 100 and sum(sizes) / len(sizes) > 40
