"""A person's word on an article: in the journal at once, in `raw_news.feedback` with the next run.

The journal is where it waits; it is landed once, whatever is killed: what lies in the raw table
is left out by its key.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import scrub

RATINGS = ("up", "down")
Key = tuple[str, str, datetime]
_TABLE = """
    create table if not exists news_feedback (
        article_id text not null, rater text not null, rating text not null, note text,
        rated_at text not null, primary key (article_id, rater, rated_at))
"""


class UnknownRating(ValueError):
    """A rating is neither up nor down."""


def rate(
    article_id: str,
    rating: str,
    rater: str,
    note: str | None = None,
    at: datetime | None = None,
) -> datetime:
    """Keep a person's word on an article; returns when it was given (UTC).

    Args:
        at: when (UTC, without zone); default now. The same word of the same time counts once.

    Raises:
        UnknownRating: it says something else than up or down.
    """
    if rating not in RATINGS:
        raise UnknownRating(f"A rating is up or down, not {rating!r}.")
    rated_at = at.isoformat(sep=" ", timespec="microseconds") if at else journal.now()
    with journal.journal() as connection:
        connection.execute(_TABLE)
        connection.execute(
            "insert or replace into news_feedback values (?, ?, ?, ?, ?)",
            (article_id, rater, rating, scrub(note) if note else None, rated_at),
        )
    return datetime.fromisoformat(rated_at)


def kept() -> list[dict[str, Any]]:
    """Return every rating of the journal, oldest first, its time as an instant."""
    if not journal.rows("select 1 from sqlite_master where name = 'news_feedback'"):
        return []
    rows = journal.rows("select * from news_feedback order by rated_at, article_id, rater")
    return [row | {"rated_at": datetime.fromisoformat(row["rated_at"])} for row in rows]


def waiting(landed: Collection[Key]) -> list[dict[str, Any]]:
    """Return the ratings that are in no raw table yet.

    Args:
        landed: (article_id, rater, rated_at) of those that are.
    """
    there = set(landed)
    return [
        row for row in kept() if (row["article_id"], row["rater"], row["rated_at"]) not in there
    ]
