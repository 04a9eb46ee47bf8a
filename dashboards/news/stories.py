"""Stories of a run with the sources that tell them, and a person's word on which are one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.news import queries
from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table
from dashboards.parts.text import escaped
from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.user_name import user_name
from ingestion.news.story_words import APART, SAME, say, unfulfilled

NUMBER, MOMENT = st.column_config.NumberColumn, st.column_config.DatetimeColumn
COLUMNS: dict[str, Any] = {
    "story_id": None,
    "title": st.column_config.TextColumn("Story, by its lead", width="large"),
    "host_count": NUMBER("Hosts"),
    "article_count": NUMBER("Articles"),
    "first_at": MOMENT("First", format="YYYY-MM-DD HH:mm"),
    "last_at": MOMENT("Last", format="YYYY-MM-DD HH:mm"),
    "rank": NUMBER("In the report"),
}
MEMBERS: dict[str, Any] = {
    "title": st.column_config.TextColumn("Article", width="large"),
    "host": "Host",
    "url": st.column_config.TextColumn("Address"),
    "effective_at": MOMENT("Time", format="YYYY-MM-DD HH:mm"),
    "article_id": "Id",
}


LATER = "Counts from the next run on, and in all that follow it."
WORDS = {SAME: "merge", APART: "split"}


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Show the stories of a run, and of the one chosen its articles."""
    ask = asking(release)
    rows = ask(queries.STORIES, run=run)
    if not len(rows):
        empty("This run has no story.")
        return
    story = picked(rows, "news_stories", COLUMNS)
    if story:
        part(escaped(story["title"] or story["story_id"]))
        members = ask(queries.MEMBERS, story=story["story_id"])
        table(members, "news_members", MEMBERS)
        others = [row for row in rows.to_pylist() if row["story_id"] != story["story_id"]]
        _telling_apart(ask, story["story_id"], members.to_pylist(), others)


def _telling_apart(
    ask: Ask, story_id: str, members: list[dict[str, Any]], others: list[dict[str, Any]]
) -> None:
    """Take a person's word on what a story is of; what no run has heeded yet is said to wait."""
    ids = [row["article_id"] for row in members]
    if not ids:
        return  # merged into another one since this page was drawn
    left, right = st.columns(2, vertical_alignment="bottom")
    title_of = {row["story_id"]: f"{row['title']} ({row['story_id']})" for row in others}
    other = left.selectbox(
        "Tells the same event as",
        list(title_of),
        index=None,
        format_func=lambda name: title_of.get(name, name),
        key=f"same_{story_id}",
    )
    if left.button("Merge", key=f"merge_{story_id}", disabled=other is None, help=LATER):
        said_there = ask(queries.MEMBERS, story=other).to_pylist()
        if said_there:
            say(SAME, [ids[0], said_there[0]["article_id"]], user_name())
    host_of = {row["article_id"]: f"{row['host']}: {row['title']}" for row in members}
    apart = right.multiselect(
        "Articles that tell another event",
        ids,
        format_func=lambda name: host_of.get(name, name),
        max_selections=max(1, len(ids) - 1),
        disabled=len(ids) < 2,
        key=f"apart_{story_id}",
    )
    if right.button("Split", key=f"split_{story_id}", disabled=not apart, help=LATER):
        say(APART, apart, user_name())
    for word in _unfulfilled(ids):
        st.badge(
            f"{WORDS[word['kind']]}, waiting for the next run",
            color="orange",
            icon=":material/hourglass_empty:",
        )


def _unfulfilled(ids: list[str]) -> list[dict[str, Any]]:
    try:
        return unfulfilled(ids)
    except SettingsError:  # a copy of released files alone has no journal
        return []
