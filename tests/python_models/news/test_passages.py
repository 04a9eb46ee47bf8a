"""Passages: paragraphs, cut where they are long, named so that a prompt can cite them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from python_models.news.passages import LONGEST, passages_of, split

SIGNS = st.sampled_from(list("ab é.!?”\n ")) | st.characters(codec="utf-8")


def test_paragraphs_are_passages_and_long_ones_end_with_a_sentence() -> None:
    sentence = "This sentence has exactly fifty characters in it.. "
    found = split(f"First paragraph.\n\n{sentence * 15}\n\nLast.")
    assert found[0] == "First paragraph." and found[-1] == "Last."
    assert [len(one) <= LONGEST and one.endswith(".") for one in found] == [True] * 4


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    assert [len(one) for one in split("x" * 1500)] == [600, 600, 300]


def test_a_passage_is_named_by_its_article_and_place() -> None:
    rows = passages_of([{"article_id": "0123456789abcdef", "version": 2, "text": "a\n\nb"}])
    assert rows["passage_id"].to_pylist() == ["01234567:1", "01234567:2"]
    assert rows["version"].to_pylist() == [2, 2]


@given(st.text(SIGNS, max_size=3000))
def test_no_character_but_space_is_lost_and_no_passage_is_too_long(text: str) -> None:
    found = split(text)
    assert all(0 < len(one) <= LONGEST for one in found)
    assert "".join("".join(found).split()) == "".join(text.split())
