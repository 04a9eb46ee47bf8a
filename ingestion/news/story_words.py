"""What a person says of stories: in the journal at once, in the next run's row from then on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.lakehouse import journal

SAME, APART = "same", "apart"  # the stories of these articles are one; these tell another event
_TABLE = """
    create table if not exists news_story_words (
        said_at text not null, kind text not null, articles text not null, rater text not null,
        primary key (said_at, articles))
"""


def say(kind: str, articles: Iterable[str], rater: str) -> None:
    """Keep a person's word on the stories that articles are in.

    Args:
        kind: `same`, of articles of two stories or more, or `apart`, of articles of one.
        articles: ids.
        rater: who says so.
    """
    row = (journal.now(), kind, json.dumps(sorted(set(articles))), rater)
    with journal.journal() as connection:
        connection.execute(_TABLE)
        connection.execute("insert or replace into news_story_words values (?, ?, ?, ?)", row)


def waiting(runs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the words that none of some runs has landed, oldest first.

    Args:
        runs: rows of `raw_news.runs` of one report.
    """
    if not journal.rows("select 1 from sqlite_master where name = 'news_story_words'"):
        return []
    there = [word for run in runs for word in json.loads(run["config"]).get("story_words", ())]
    rows = journal.rows("select * from news_story_words order by said_at, articles")
    kept = [row | {"articles": json.loads(row["articles"])} for row in rows]
    return [word for word in kept if word not in there]
