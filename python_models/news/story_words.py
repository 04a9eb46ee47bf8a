"""What persons say of stories: that two are one, or that articles of one tell another event.

A word counts from the run that lands it on, and is kept as all members of stories are: what comes
later changes nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingestion.news.story_words import SAME
from python_models.news.stories import SPLIT, Stories
from python_models.news.vectors import loaded

Row = Mapping[str, Any]


def words_of(run: Row | None) -> list[Row]:
    """Return the words that a run has landed, in the order they were said."""
    found: list[Row] = json.loads((run or {}).get("config") or "{}").get("story_words", [])
    return sorted(found, key=lambda word: word["said_at"])


def moved(
    members: Iterable[Row],
    words: Iterable[Row],
    vector_of: Mapping[str, str],
    run_id: str | None,
    stories: Stories,
) -> list[dict[str, Any]]:
    """Return the members of the run before as persons want them; their stories change likewise.

    Args:
        members: as `stories.joined` takes them.
        words: `words_of` the run; what names no article of a story that is still there is let be.
        vector_of: {article: its vector as text}; what has none is taken out by its name only.
        stories: those of the run before.
    """
    rows = [dict(row) for row in members]
    for word in words:
        named = [row for row in rows if row["article_id"] in word["articles"]]
        if word["kind"] == SAME:
            _merge(rows, {row["story_id"] for row in named}, stories)
        else:
            for story in sorted({row["story_id"] for row in named}):
                own = [row for row in rows if row["story_id"] == story]
                _split(own, set(word["articles"]), vector_of, run_id, stories)
    return rows


def _merge(rows: Iterable[dict[str, Any]], names: set[str], stories: Stories) -> None:
    oldest, *others = sorted(names, key=stories.age) or [""]
    for row in rows:
        if row["story_id"] in others:
            row["story_id"] = oldest
    stories.merge(dict.fromkeys(others, oldest))


def _split(
    own: Sequence[dict[str, Any]],
    named: set[str],
    vector_of: Mapping[str, str],
    run_id: str | None,
    stories: Stories,
) -> None:
    """Part a story in two: the one with the article it is named after stays what it was."""
    parts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for row in own:
        parts[row["article_id"] in named].append(row)
    story = own[0]["story_id"]
    going = parts[any(row["article_id"] == story for row in parts[0])]
    if not all(parts):
        return
    new = min(going, key=lambda row: (row["effective_at"], row["article_id"]))["article_id"]
    for row in going:
        vector = loaded(vector_of[row["article_id"]]) if row["article_id"] in vector_of else {}
        stories.take_out(story, vector)
        stories.add(new, vector, row["effective_at"])
        row |= {
            "story_id": new, "began_as": new, "joined_by": SPLIT, "joined_run_id": run_id,
            "similarity": 1.0,
        }  # fmt: skip
