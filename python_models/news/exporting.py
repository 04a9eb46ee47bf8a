"""What `export-run` writes of a run of news: one file a phase, its articles with their scores."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]
_REPORT = 10
_FIRST_OF_ARTICLES = 3
_MAIN = {3: "tier1", 4: "tier2", 5: "tier3", 6: "ranking", 7: "analyses", 9: "validations"}
_OF_ARTICLE = ("title", "url", "host", "lead_source", "published_at", "language")
_KEYS = {"run_id", "story_id", "article_id", "lead_article_id"}


def documents(kept: list[Row]) -> list[Row]:
    """Return the documents of a run's phases as they are exported.

    From phase 3 on `data.articles` is what the phase is about: articles, then stories as their
    leads, with the scores by then; other relations stand under their own names. The last phase
    is the report itself, as text.
    """
    articles: dict[str, Row] = {}
    leads: dict[str, str] = {}
    scores: dict[str, Row] = {}
    found = []
    for document in kept:
        number = document["metadata"]["phase_number"]
        data = {name: [_opened(row) for row in rows] for name, rows in document["data"].items()}
        if number < _FIRST_OF_ARTICLES:
            articles |= {row["article_id"]: row for row in data.get("articles", [])}
        elif number < _REPORT:
            main = _MAIN.get(number)
            rows = data.pop(main, []) if main else []
            data = {"articles": list(_articles(rows, main or "", articles, leads, scores))} | data
        found.append(document | {"data": data} | _text(number, data))
    return found


def _articles(
    rows: list[Row],
    relation: str,
    articles: dict[str, Row],
    leads: dict[str, str],
    scores: dict[str, Row],
) -> list[Row]:
    """Return one entry for each article or story of a phase; remembers its scores for the next."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        lead = row.get("lead_article_id") or row.get("article_id")
        story = row.get("story_id")
        if story and lead and relation != "tier1":
            leads[story] = lead
        key = lead or leads.get(story or "") or story
        grouped.setdefault(str(key), []).append(row)
    found = []
    for key, group in grouped.items():
        known = articles.get(key, {})
        own = {name: value for name, value in group[0].items() if name not in _KEYS}
        if len(group) > 1:
            own = {relation: [{n: v for n, v in row.items() if n not in _KEYS} for row in group]}
        scores[key] = scores.get(key, {}) | own
        found.append(
            {"article_id": key, "story_id": group[0].get("story_id")}
            | {name: known.get(name) for name in _OF_ARTICLE}
            | scores[key]
        )
    return found


def _text(number: int, data: dict[str, list[Row]]) -> dict[str, str]:
    """Return the report of the last phase, which is what its file holds."""
    if number != _REPORT:
        return {}
    reports = data.get("reports") or [{}]
    return {"text": str(reports[0].get("markdown") or "No report was made.\n")}


def _opened(row: Row) -> Row:
    """Return a row whose lists and mappings, stored as JSON text, are such again."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
