"""One conversation as a page shows it: its turns as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.parts.page import asking
from dashboards.parts.release import Release
from dashboards.parts.text import escaped, paragraphs

LOOKS = {"user": "person", "assistant": "smart_toy", "system": "settings", "tool": "build"}
CHARACTERS_SHOWN = 6_000


def turns(release: Release, conversation_id: str) -> None:
    """Show the turns of a conversation."""
    found = asking(release)(queries.MESSAGES, conversation_id=conversation_id).to_pylist()
    for turn in found:
        one_turn(turn["role"], turn["content"])
    if not found:
        st.caption("No turns.")


@contextmanager
def role_of(role: str, where: str = "") -> Iterator[None]:
    """Show what follows as said by somebody; `where` tells two texts apart."""
    with st.chat_message(role, avatar=f":material/{LOOKS.get(role, 'help')}:"):
        st.caption(escaped(f"{role}, {where}" if where else role))
        yield


def one_turn(role: str, content: str) -> None:
    """Show one turn; a long one is cut and says so."""
    with role_of(role):
        body = paragraphs(content[:CHARACTERS_SHOWN], "margin:0 0 0.5rem")
        if body:
            st.html(body)
        else:
            st.caption("This turn says nothing.")
        if len(content) > CHARACTERS_SHOWN:
            st.caption(f"{len(content) - CHARACTERS_SHOWN:,} more characters are not shown.")
