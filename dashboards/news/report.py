"""The report with a reader's word on each item, and the files it can be had as."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboards.news import queries
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.text import escaped, moment, paragraphs, quantity, some, usd
from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.user_name import user_name
from ingestion.news import feedback

FILES = (
    ("Markdown", "markdown", "md"),
    ("HTML", "html", "html"),
    ("JSON", "json", "json"),
    ("JSON Feed", "feed", "feed.json"),
    ("Atom", "atom", "xml"),
    ("E-mail", "eml", "eml"),
)
_MARKS = {"up": ":material/thumb_up:", "down": ":material/thumb_down:"}


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Show the items of one report."""
    ask = asking(release)
    shown = reports[run]
    items = ask(queries.ITEMS, run=run).to_pylist()
    sentences: dict[str, list[dict[str, Any]]] = {}
    for row in ask(queries.SENTENCES, run=run).to_pylist():
        sentences.setdefault(row["story_id"], []).append(row)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{some(len(items), 'item')}, as of {moment(shown['as_of'])},"
            f" {usd(sum(item['cost_usd'] or 0 for item in items))}",
            width="content",
        )
        for name, column, ending in FILES:
            if shown.get(column):
                st.download_button(
                    name,
                    shown[column],
                    file_name=f"news-{run}.{ending}",
                    key=f"report_{column}",
                    icon=":material/download:",
                    type="tertiary",
                    on_click="ignore",
                )
    if shown.get("missing_because"):
        st.warning(escaped(shown["missing_because"]), icon=":material/info:")
    if not items:
        empty("This report holds no item.", "The funnel says where they went.")
    landed = {
        (row["article_id"], row["rater"], row["rated_at"]): row["rating"]
        for row in ask(queries.FEEDBACK).to_pylist()
    }
    for item in items:
        _item(item, sentences.get(item["story_id"], []), landed)


def _item(
    item: dict[str, Any],
    sentences: list[dict[str, Any]],
    landed: dict[tuple[str, str, datetime], str],
) -> None:
    with st.container(border=True):
        st.markdown(f"#### {item['rank']}. {link(item['title'], item['url'])}")
        facts = [
            escaped(item["host"]),
            moment(item["published_at"]),
            some(item["host_count"] or 1, "host"),
            f"score {quantity(item['score'])}",
        ]
        st.caption(" · ".join(facts))
        if item["update_of"]:
            st.badge(f"Update of {escaped(item['update_of'])}", color="blue")
        st.html(paragraphs(item["text"]))
        if item["why"]:
            st.caption(f"Why: {escaped(_listed(item['why']))}")
        with st.container(horizontal=True, vertical_alignment="center"):
            _rating(item, landed)
            if sentences:
                with st.popover("What each sentence rests on", type="tertiary"):
                    for row in sentences:
                        st.html(paragraphs(row["sentence"]))
                        st.caption(escaped(_listed(row["passages"])))


def _waiting(landed: dict[tuple[str, str, datetime], str]) -> list[dict[str, Any]]:
    try:
        return feedback.waiting(landed)
    except SettingsError:  # a copy of released files alone has no journal
        return []


def _rating(item: dict[str, Any], landed: dict[tuple[str, str, datetime], str]) -> None:
    """Take a person's word; what is not landed yet is said to wait."""
    article = item["article_id"]
    if article is None:
        return
    for rating, mark in _MARKS.items():
        pressed = st.button(
            rating.capitalize(),
            key=f"rate_{rating}_{item['rank']}",
            icon=mark,
            type="tertiary",
            help="Counts from the next run on.",
        )
        if pressed:
            feedback.rate(article, rating, user_name())
    for row in _waiting(landed)[::-1]:
        if row["article_id"] == article:
            st.badge(
                f"{row['rating']}, waiting for the next run",
                color="orange",
                icon=":material/hourglass_empty:",
            )
            return
    own = [
        rating for (rated, _, at), rating in sorted(landed.items(), key=_when) if rated == article
    ]
    if own:
        st.badge(f"rated {own[-1]}", color="green", icon=_MARKS[own[-1]])


def _when(entry: tuple[tuple[str, str, datetime], str]) -> datetime:
    return entry[0][2]


def link(title: Any, url: Any) -> str:
    """Return a title that links to its page on the web; only there, and only as text."""
    text = escaped(title or url or "without a title")
    parts = urlsplit(str(url or ""))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return text
    safe = str(url).replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{text}](<{safe.replace('<', '%3C').replace('>', '%3E')}>)"


def _listed(value: Any) -> str:
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return str(value)
    return ", ".join(map(str, found)) if isinstance(found, list) else str(value)
