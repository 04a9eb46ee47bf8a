"""What differs between two runs of news: settings, who entered and left, scores that moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
_LEAST = 0.05  # a score that moved by less did not
_SCORES = {
    "tier1": ("score",),
    "tier2": ("relevance",),
    "tier3": ("impact", "novelty", "credibility", "relevance", "timeliness"),
    "ranking": ("weighted_score",),
}


def compared(before: list[Row], after: list[Row]) -> dict[str, list[Row]]:
    """Return {title: rows} of what differs between the kept phases of two runs."""
    sides = (_relations(before), _relations(after))
    return {
        "What the runs were told": list(_settings(*sides)),
        "Entered and left the report": list(_members(*sides)),
        "Scores that moved": list(_moved(*sides)),
    }


def _relations(documents: list[Row]) -> dict[str, list[Row]]:
    return {name: rows for one in documents for name, rows in one["data"].items()}


def _settings(a: dict[str, list[Row]], b: dict[str, list[Row]]) -> Iterator[Row]:
    before, after = (dict(_flat(_config(side))) for side in (a, b))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield {"setting": name, "a": before.get(name), "b": after.get(name)}


def _config(side: dict[str, list[Row]]) -> Any:
    run = next(iter(side.get("run", [])), {})
    told = json.loads(run.get("config") or "{}")
    return {"as_of": run.get("as_of"), "with_feedback": run.get("with_feedback"), **told}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _members(a: dict[str, list[Row]], b: dict[str, list[Row]]) -> Iterator[Row]:
    ranks = [_ranks(side) for side in (a, b)]
    titles = _titles(a) | _titles(b)
    why = {row["story_id"]: row.get("not_selected_because") for row in b.get("ranking", [])}
    for story in sorted(ranks[0].keys() | ranks[1].keys(), key=lambda one: _order(ranks, one)):
        before, after = ranks[0].get(story), ranks[1].get(story)
        if before != after:
            what = "entered" if before is None else "left" if after is None else "moved"
            yield {
                "what": what,
                "rank_a": before,
                "rank_b": after,
                "title": titles.get(story),
                "story_id": story,
                "why": why.get(story) if what == "left" else None,
            }


def _order(ranks: list[dict[str, int]], story: str) -> tuple[int, int, str]:
    last = 10**6
    return (ranks[1].get(story, last), ranks[0].get(story, last), story)


def _ranks(side: dict[str, list[Row]]) -> dict[str, int]:
    items = side.get("report_items")
    if items is None:
        items = [row for row in side.get("ranking", []) if row.get("selected")]
    return {row["story_id"]: row["rank"] for row in items}


def _titles(side: dict[str, list[Row]]) -> dict[str, str]:
    articles = {row["article_id"]: row.get("title") for row in side.get("articles", [])}
    found = {}
    for row in side.get("tier2", []):
        found[row["story_id"]] = articles.get(row.get("lead_article_id")) or row["story_id"]
    return found


def _moved(a: dict[str, list[Row]], b: dict[str, list[Row]]) -> Iterator[Row]:
    titles = _titles(a) | _titles(b)
    for relation, columns in _SCORES.items():
        key = "article_id" if relation == "tier1" else "story_id"
        before = {row[key]: row for row in a.get(relation, [])}
        for row in b.get(relation, []):
            earlier = before.get(row[key], {})
            for column in columns:
                old, new = earlier.get(column), row.get(column)
                if old is not None and new is not None and abs(new - old) >= _LEAST:
                    yield {
                        "phase": relation,
                        "score": column,
                        "a": old,
                        "b": new,
                        "title": titles.get(row.get("story_id") or "") or row[key],
                    }
