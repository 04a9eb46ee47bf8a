"""The items of a report: the best valid texts in their order, the reserve moving up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from ingestion.news.links import without_tracking
from python_models.news.analyses import sentences_of
from python_models.news.backgrounds import UNKNOWN
from python_models.news.evidence import by_story
from python_models.news.steps import DIMENSIONS

Row = Mapping[str, Any]
CORPUS = "articles read for this report"
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("rank", pa.int64()),
        ("story_id", pa.string()),
        ("article_id", pa.string()),
        ("title", pa.string()),
        ("url", pa.string()),
        ("host", pa.string()),
        ("source", pa.string()),
        ("category", pa.string()),
        ("published_at", pa.timestamp("us")),
        ("score", pa.float64()),
        ("ranked", pa.int64()),  # place in the ranking, before texts were left out
        ("why", pa.string()),  # list: best three signals in words
        ("update_of", pa.string()),
        ("text", pa.string()),
        ("sentences", pa.string()),  # list of {text, sources}: places in `sources`
        ("sources", pa.string()),  # list of {host, title, url, answered}
        ("backgrounds", pa.string()),  # list of {name, line, source, source_url, as_of}
        ("disputed", pa.string()),  # list of {about, figures {host: figure}}
        ("cost_usd", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Gathered:
    """What items are made of, by story where it belongs to one."""

    ranking: Sequence[Row]
    analyses: Mapping[str, Row]
    broken: Mapping[str, list[str]]  # {story: blocking checks it fails}
    facts: Mapping[tuple[str, str], Any]  # {(story, check): what the report shows}
    evidence: Mapping[str, list[Row]]
    tier1: Mapping[str, Row]
    tier3: Mapping[str, Row]
    stories: Mapping[str, Row]
    articles: Mapping[str, Row]
    backgrounds: Mapping[str, list[Row]]
    costs: Mapping[str, float]

    @classmethod
    def of(cls, given: Mapping[str, Sequence[Row]]) -> Gathered:
        """Gather them from the relations' rows, by the relations' names; none: no rows."""
        rows: dict[str, Sequence[Row]] = defaultdict(tuple, given)
        broken: dict[str, list[str]] = defaultdict(list)
        for row in rows["validations"]:
            if row["is_blocking"] and not row["is_valid"]:
                broken[row["story_id"]].append(row["check_name"])
        lines = {row["entity_id"]: row for row in rows["backgrounds"]}
        of_story: dict[str, list[Row]] = defaultdict(list)
        for row in rows["entities"]:
            for story in json.loads(row["story_ids"]) if row["entity_id"] in lines else ():
                of_story[story].append(lines[row["entity_id"]])
        return cls(
            sorted((row for row in rows["ranking"] if row["rank"]), key=lambda one: one["rank"]),
            {row["story_id"]: row for row in rows["analyses"]},
            broken,
            {(row["story_id"], row["check_name"]): json.loads(row["facts"])
             for row in rows["validations"] if row["facts"]},
            by_story(rows["evidence"]),
            {row["story_id"]: row for row in rows["tier1"] if row["passed"]},
            {row["story_id"]: row for row in rows["tier3"]},
            {row["story_id"]: row for row in rows["stories"]},
            {row["article_id"]: row for row in rows["articles"]},
            of_story,
            {row["story_id"]: row["cost_usd"] for row in rows["article_costs"]},
        )  # fmt: skip


def items_of(gathered: Gathered, top_n: int) -> pa.Table:
    """Return the items, from 1 on."""
    chosen = [row for row in gathered.ranking if left_out(row, gathered) is None][:top_n]
    rows = [_item(row, rank, gathered) for rank, row in enumerate(chosen, start=1)]
    return pa.Table.from_pylist(rows, SCHEMA)


def left_out(row: Row, gathered: Gathered) -> str | None:
    """Return why a ranked story cannot be shown."""
    analysis = gathered.analyses.get(row["story_id"])
    if analysis is None:
        return "no text was written"
    if not analysis["passed"]:
        return analysis["dropped_because"]
    checks = gathered.broken.get(row["story_id"])
    return f"checks again: {', '.join(checks)}" if checks else None


def missing_because(gathered: Gathered, count: int, top_n: int) -> str | None:
    """Return, in a sentence, why a report has fewer items than it should."""
    if count >= top_n:
        return None
    reasons: dict[str, int] = defaultdict(int)
    for row in gathered.ranking:
        why = left_out(row, gathered)
        if why:
            reasons[why] += 1
    ranked = len(gathered.ranking)
    said = (
        f"{count} of {top_n} items: {ranked} {'story' if ranked == 1 else 'stories'} got this far"
    )
    if reasons:
        listed = "; ".join(f"{number} ({why})" for why, number in sorted(reasons.items()))
        said += f", left out were {listed}"
    return f"{said}."


def _item(row: Row, rank: int, gathered: Gathered) -> dict[str, Any]:
    story = row["story_id"]
    article = gathered.articles.get(row["lead_article_id"], {})
    shown = gathered.evidence[story]
    numbered, sources = _sources(story, shown, gathered)
    sentences: list[dict[str, Any]] = [
        {
            "text": one.text,
            "sources": sorted({numbered[name] for name in one.passages if name in numbered}),
        }
        for one in sentences_of(gathered.analyses[story]["sentences"])
    ]
    return {
        "run_id": row["run_id"],
        "rank": rank,
        "story_id": story,
        "article_id": row["lead_article_id"],
        "title": article.get("title"),
        "url": safe_link(article.get("url")),
        "host": article.get("host"),
        "source": row["lead_source"],
        "category": row["category"],
        "published_at": article.get("published_at"),
        "score": row["weighted_score"],
        "ranked": row["rank"],
        "why": json.dumps(why(gathered.tier1.get(story, {}), gathered.tier3.get(story, {}))),
        "update_of": gathered.stories.get(story, {}).get("update_of"),
        # a sentence without a citation does not get in
        "text": " ".join(one["text"] for one in sentences if one["sources"]),
        "sentences": _json([one for one in sentences if one["sources"]]),
        "sources": _json(sources),
        "backgrounds": _json(_backgrounds(story, gathered)),
        "disputed": _json(gathered.facts.get((story, "disputed")) or []),
        "cost_usd": gathered.costs.get(story, 0.0),
    }


def _sources(
    story: str, shown: Sequence[Row], gathered: Gathered
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Return ({passage: place of its article}, the articles), places from 1."""
    silent = set(gathered.facts.get((story, "link")) or [])
    places: dict[str, int] = {}
    sources = []
    for row in shown:
        if row["article_id"] not in places:
            places[row["article_id"]] = len(places) + 1
            sources.append(
                {
                    "host": row["host"],
                    "title": row["title"],
                    "url": safe_link(row["url"]),
                    "answered": row["article_id"] not in silent,
                }
            )
    return {row["passage_id"]: places[row["article_id"]] for row in shown}, sources


def _backgrounds(story: str, gathered: Gathered) -> list[dict[str, Any]]:
    wrong = set(gathered.facts.get((story, "background")) or [])
    return [
        {
            "name": row["name"],
            "line": row["line"],
            "source": "articles read for this report"
            if row["source"] == "corpus"
            else row["source"],
            "source_url": safe_link(row["source_url"]),
            "as_of": row["as_of"].date().isoformat() if row["as_of"] else None,
        }
        for row in gathered.backgrounds.get(story, [])
        if row["line"] and row["line"] != UNKNOWN and row["entity_id"] not in wrong
    ]


def safe_link(url: str | None) -> str | None:
    """Return an address that may become a link; None for javascript: and the like."""
    parts = urlsplit((url or "").strip())
    is_web = parts.scheme in ("http", "https") and parts.hostname
    return without_tracking(url.strip()) if url and is_web else None


def why(tier1: Row, tier3: Row) -> list[str]:
    """Return the three best signals of a story in words."""
    told = [(float(tier3.get(name) or 0) / 10, f"{name} {tier3[name]:.0f} of 10")
            for name in DIMENSIONS if tier3.get(name)]  # fmt: skip
    hosts, words = tier1.get("host_count") or 1, json.loads(tier1.get("topic_words") or "[]")
    if hosts > 1:
        told.append((tier1.get("corroboration_signal") or 0.0, f"reported by {hosts} sites"))
    if words:
        some = [word for word in words if not (word[-1:] == "s" and word[:-1] in words)]
        about = f"about {tier1.get('category')} ({', '.join(some[:4])})"
        told.append((0.9 * (tier1.get("topic_signal") or 0.0), about))
    if tier1.get("age_hours") is not None:
        told.append((0.8 * (tier1.get("recency_signal") or 0.0), _age(tier1["age_hours"])))
    told.sort(key=lambda one: -one[0])
    return [words for _, words in told[:3]]


def _age(hours: float) -> str:
    count = max(1, round(hours))
    return f"published {count} hour{'s' if count > 1 else ''} before this report"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
