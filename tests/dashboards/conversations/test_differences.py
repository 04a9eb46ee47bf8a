"""Two texts side by side: what only one has is marked, and both stay text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.conversations.differences import marked

pytestmark = pytest.mark.unit


def plain(html: str) -> str:
    return re.sub(r"</?mark>", "", html)


def test_words_of_one_text_alone_are_marked() -> None:
    one, other = marked("How do I reset it?", "How do I reset the router?")
    assert one == "How do I reset <mark>it</mark>?"
    assert other == "How do I reset <mark>the router</mark>?"


def test_equal_texts_have_no_mark_and_markup_stays_text() -> None:
    hostile = "<img src=x onerror=alert(1)> & </mark>"
    one, other = marked(hostile, hostile)
    assert one == other and "<mark>" not in one and "<img" not in one


@given(st.text("ab <&", max_size=30), st.text("ab <&", max_size=30))
def test_nothing_is_lost(one: str, other: str) -> None:
    escape = {"<": "&lt;", "&": "&amp;"}
    for shown, said in zip(marked(one, other), (one, other), strict=True):
        assert plain(shown) == "".join(escape.get(letter, letter) for letter in said)


def test_white_space_is_no_difference() -> None:
    shown = marked("Turn it off.\n\nWait.", "Turn  it off. Wait.")
    assert shown == ("Turn it off.\n\nWait.", "Turn  it off. Wait.")
