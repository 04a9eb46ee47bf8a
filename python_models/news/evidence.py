"""Which passages a story is judged by: its lead's, and some of each other host that tells it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from python_models.news.checks.evidence import Article, Evidence
from python_models.news.checks.names import Known, known_names

Row = Mapping[str, Any]
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        ("place", pa.int64()),  # in the story, from 1
        ("article_id", pa.string()),
        ("passage_id", pa.string()),
        ("passage_no", pa.int64()),
        ("is_lead", pa.bool_()),
        ("title", pa.string()),
        ("source", pa.string()),
        ("host", pa.string()),
        ("url", pa.string()),
        ("dated", pa.string()),
        ("text", pa.string()),
    ]
)


@dataclass(frozen=True)
class Shown:
    """How much of a story is shown."""

    characters: int
    articles_per_host: int


def evidence_of(
    stories: Iterable[Row],
    members: Iterable[Row],
    articles: Iterable[Row],
    passages: Iterable[Row],
    shown: Shown,
) -> pa.Table:
    """Return the passages that stories are judged by, the lead's first.

    Args:
        stories: run_id, story_id, lead_article_id.
        members: story_id, article_id.
        articles: those of the run, with scored_version, title, lead_source, host, url,
            effective_at, text.
        passages: article_id, version, passage_no, passage_id, text.
    """
    known = {row["article_id"]: row for row in articles}
    of_article: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in passages:
        of_article[row["article_id"], row["version"]].append(row)
    of_story: dict[str, list[Row]] = defaultdict(list)
    for row in members:
        if row["article_id"] in known:
            of_story[row["story_id"]].append(known[row["article_id"]])
    rows: list[dict[str, Any]] = []
    for story in sorted(stories, key=lambda one: one["story_id"]):
        lead = known.get(story["lead_article_id"])
        if lead is not None:
            chosen = [lead, *_others(lead, of_story[story["story_id"]], shown)]
            rows += _rows(story, chosen, of_article, shown)
    return pa.Table.from_pylist(rows, SCHEMA)


def _others(lead: Row, told: Sequence[Row], shown: Shown) -> list[Row]:
    """Return the earliest articles of each other host, hosts by their first one."""
    counts: dict[str, int] = defaultdict(int)
    chosen = []
    for article in sorted(told, key=lambda one: (one["effective_at"], one["article_id"])):
        host = article["host"] or ""
        if host == lead["host"] or article["article_id"] == lead["article_id"]:
            continue
        counts[host] += 1
        if counts[host] <= shown.articles_per_host:
            chosen.append(article)
    return chosen


def _rows(
    story: Row,
    chosen: Sequence[Row],
    of_article: Mapping[tuple[str, int], list[Row]],
    shown: Shown,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    left = shown.characters
    for article in chosen:
        key = (article["article_id"], article["scored_version"])
        for passage in sorted(of_article.get(key, []), key=lambda one: one["passage_no"]):
            left -= len(passage["text"])
            if left < 0 and rows:
                return rows
            rows.append(
                {
                    "run_id": story["run_id"],
                    "story_id": story["story_id"],
                    "place": len(rows) + 1,
                    "article_id": article["article_id"],
                    "passage_id": passage["passage_id"],
                    "passage_no": passage["passage_no"],
                    "is_lead": article is chosen[0],
                    "title": article["title"],
                    "source": article["lead_source"],
                    "host": article["host"],
                    "url": article["url"],
                    "dated": dated(article["effective_at"]),
                    "text": passage["text"],
                }
            )
    return rows


def dated(at: Any) -> str:
    """Return a time as people and machines write its day; empty when there is none."""
    return f"{at:%A} {at.day} {at:%B} {at:%Y} ({at:%Y-%m-%d})" if at else ""


def by_story(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return evidence rows by story, in the order they are shown."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one["story_id"], one["place"])):
        found[row["story_id"]].append(row)
    return dict(found)


def as_evidence(rows: Sequence[Row]) -> Evidence:
    """Return one story's rows as what texts are held against."""
    articles = {
        row["passage_id"].split(":")[0]: Article(
            row["title"] or "", (row["source"] or "").replace("_", " "), row["host"] or "",
            row["dated"] or "",
        )
        for row in rows
    }  # fmt: skip
    return Evidence({row["passage_id"]: row["text"] for row in rows}, articles)


def as_lines(rows: Iterable[Row]) -> list[str]:
    """Return passages as a prompt shows them, one JSON object a line."""
    return [
        json.dumps(
            {"id": row["passage_id"], "host": row["host"], "text": row["text"]}, ensure_ascii=False
        )
        for row in rows
    ]


def known_of(aliases: Iterable[Row], idf: Iterable[Row], entities: Iterable[Row] = ()) -> Known:
    """Return what helps to tell names: seeds of aliases and of common words, known entities."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in aliases:
        groups[row["name"]].append(row["alias"])
    for row in entities:
        groups[row["name"]] += json.loads(row["aliases"] or "[]")
    common = (row["word"] for row in idf)
    return known_names([[name, *others] for name, others in sorted(groups.items())], common)
