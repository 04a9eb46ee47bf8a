"""What a person says of stories: in the journal at once, in the next run's row from then on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
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


def kept() -> list[dict[str, Any]]:
    """Return every word of the journal, oldest first."""
    if not journal.rows("select 1 from sqlite_master where name = 'news_story_words'"):
        return []
    rows = journal.rows("select * from news_story_words order by said_at, articles")
    return [row | {"articles": json.loads(row["articles"])} for row in rows]


def waiting(runs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the words that none of some runs has landed, oldest first.

    Args:
        runs: rows of `raw_news.runs` of one report.
    """
    there = [word for run in runs for word in json.loads(run["config"]).get("story_words", ())]
    return [word for word in kept() if word not in there]


def unfulfilled(members: Collection[str]) -> list[dict[str, Any]]:
    """Return the words on a story that the articles it has now do not fulfil, oldest first.

    A word counts no more where a later one names an article of it.

    Args:
        members: ids of the story's articles.
    """
    own, words = set(members), kept()
    found = []
    for at, word in enumerate(words):
        named = set(word["articles"])
        is_recalled = any(named & set(later["articles"]) for later in words[at + 1 :])
        is_done = named <= own if word["kind"] == SAME else own <= named
        if named & own and not is_recalled and not is_done:
            found.append(word)
    return found
