"""Stories of a run with the sources that tell them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.news import queries
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import picked, table
from dashboards.parts.text import escaped

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
        table(ask(queries.MEMBERS, story=story["story_id"]), "news_members", MEMBERS)
