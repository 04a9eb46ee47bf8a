"""What stories are about, carried from run to run: the sum of the vectors of their articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from python_models.news.stories import Stories
from python_models.news.vectors import dumped, loaded

Row = Mapping[str, Any]
VECTORS = pa.schema(
    [
        ("story_id", pa.string()),
        ("vector", pa.string()),  # sum of the unit vectors of its articles
        ("article_count", pa.int64()),
        ("first_at", pa.timestamp("us")),
        ("last_at", pa.timestamp("us")),
    ]
)


def vectors_after(
    carried: Iterable[Row],
    members: Sequence[Row],
    vector_of: Mapping[str, str],
    run_id: str | None,
    before: Mapping[str, str],
) -> pa.Table:
    """Return the stories' vectors once the articles that joined them in a run are in.

    Args:
        carried: stories of the run before: story_id, vector, article_count, first_at, last_at.
        members: what `joined` gave.
        vector_of: {article: its vector as text}; of one that a person moved it may be missing.
        before: {article: the story it was in after the run before}.
    """
    stories = Stories(0.0, timedelta(0))
    stories.carry(carried)
    there = {row["story_id"] for row in members}
    moved = {row["began_as"]: row["story_id"] for row in members if row["began_as"] not in there}
    for row in sorted(members, key=lambda one: (one["effective_at"], one["article_id"])):
        if row["joined_run_id"] == run_id:
            name = row["article_id"]
            vector = loaded(vector_of[name]) if name in vector_of else {}
            if name in before:
                stories.take_out(before[name], vector)
            stories.add(row["began_as"], vector, row["effective_at"])
    stories.merge(moved)
    return vectors(stories)


def vectors(stories: Stories) -> pa.Table:
    """Return the stories' vectors, one row for each story."""
    rows = [
        {
            "story_id": story.story_id,
            "vector": dumped(story.total),
            "article_count": story.count,
            "first_at": story.first_at,
            "last_at": story.last_at,
        }
        for _, story in sorted(stories.of.items())
    ]
    return pa.Table.from_pylist(rows, VECTORS)
