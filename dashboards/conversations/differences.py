"""Two conversations side by side, with the words that only one of them has marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest

import streamlit as st

from dashboards.conversations import queries
from dashboards.conversations.turns import CHARACTERS_SHOWN, role_of
from dashboards.parts.page import asking, part
from dashboards.parts.release import Release

NAMES = ("what is kept", "the copy")
_PARTS = re.compile(r"^\s+|(?:\w+|[^\w\s])\s*")  # a blank of its own would double the work


def side_by_side(release: Release, survivor: str, copy: str) -> None:
    """Show the turns of the copy that stayed and of one that gave way."""
    ask = asking(release)
    kept, gone = (
        ask(queries.MESSAGES, conversation_id=one).to_pylist() for one in (survivor, copy)
    )
    part("Side by side", "What only one of the two says is marked.")
    for here, there in zip_longest(kept, gone):
        texts = [turn["content"][:CHARACTERS_SHOWN] if turn else "" for turn in (here, there)]
        sides = zip(st.columns(2), NAMES, (here, there), marked(*texts), strict=True)
        for column, name, turn, body in sides:
            with column:
                if turn:
                    with role_of(turn["role"], name):
                        st.html(f'<p style="margin:0;white-space:pre-wrap">{body}</p>')
                else:
                    st.caption(f"No such turn in {name}.")


def marked(one: str, other: str) -> tuple[str, str]:
    """Return both texts as HTML, escaped, with the words that the other has not in `<mark>`.

    White space makes no difference, as it makes none between copies.
    """
    words = _PARTS.findall(one), _PARTS.findall(other)
    found: tuple[list[str], list[str]] = ([], [])
    here, there = ([word.rstrip() for word in all_of] for all_of in words)
    for kind, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        for said, all_of, (start, end) in zip(found, words, ((a, b), (c, d)), strict=True):
            text = escape("".join(all_of[start:end]))
            said.append(text if kind == "equal" or not text else f"<mark>{text}</mark>")
    return "".join(found[0]), "".join(found[1])
