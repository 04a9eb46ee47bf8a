"""The rows that the steps of news ask about, each with what its prompt shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from python_models.news.checks.analysis import LEAST, MOST
from python_models.news.evidence import as_lines, by_story
from python_models.news.steps import report_of

Row = Mapping[str, Any]
LANGUAGE_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish",
                  "it": "Italian", "nl": "Dutch", "pt": "Portuguese"}  # fmt: skip
_TEXTS = pa.list_(pa.string())
_STORY = [
    ("story_id", pa.string()),
    ("title", pa.string()),
    ("source", pa.string()),
    ("dated", pa.string()),
    ("company_context", pa.string()),
    ("passages", _TEXTS),
    ("known_passages", _TEXTS),
]
ASSESSED = pa.schema([*_STORY, ("host_count", pa.int64()), ("tier2_relevance", pa.float64())])
WRITTEN = pa.schema(
    [
        *_STORY,
        ("weighted_score", pa.float64()),
        ("least", pa.int64()),
        ("most", pa.int64()),
        ("language_name", pa.string()),
        ("written", pa.string()),  # the first text, where it is to be mended
        ("faults", _TEXTS),
    ]
)


def said_once(run: Row | None, categories: Iterable[Row]) -> dict[str, Any]:
    """Return what tier 2's prompt says once for all stories."""
    listed = sorted(categories, key=lambda one: one["place"])
    lines = [
        json.dumps({"category": one["category"], "about": one["description"]}, ensure_ascii=False)
        for one in listed
    ]
    return {"company_context": report_of(run).get("company_context", ""), "categories": lines}


def queued_rows(stories: pa.Table, categories: Iterable[Row]) -> pa.Table:
    """Return the stories tier 2 is asked about, with the categories an answer may name."""
    names = json.dumps([one["category"] for one in categories])
    column = pa.array([names] * stories.num_rows, pa.string())
    return stories.append_column("known_categories", column)


def assessed_rows(run: Row | None, tier2: Iterable[Row], evidence: Iterable[Row]) -> pa.Table:
    """Return the stories to be assessed, shown by their lead's passages."""
    shown = by_story(evidence)
    rows = []
    for story in tier2:
        lead = [row for row in shown.get(story["story_id"], []) if row["is_lead"]]
        if story["passed"] and lead:
            rows.append(
                _story(run, lead)
                | {"host_count": story["host_count"], "tier2_relevance": story["relevance"]}
            )
    return pa.Table.from_pylist(rows, ASSESSED)


def written_rows(run: Row | None, ranking: Iterable[Row], evidence: Iterable[Row]) -> pa.Table:
    """Return the stories to be written about: the first n and the reserve."""
    shown = by_story(evidence)
    rows = [
        _written(run, story, shown[story["story_id"]])
        for story in ranking
        if story["rank"] is not None and story["story_id"] in shown
    ]
    return pa.Table.from_pylist(rows, WRITTEN)


def mended_rows(
    run: Row | None, checked: Iterable[Row], ranking: Iterable[Row], evidence: Iterable[Row]
) -> pa.Table:
    """Return the stories whose text broke a rule, with the text and what is wrong with it."""
    shown, ranked = by_story(evidence), {row["story_id"]: row for row in ranking}
    rows = [
        _written(run, ranked[one["story_id"]], shown[one["story_id"]])
        | {"written": one["text"], "faults": [said(fault) for fault in json.loads(one["faults"])]}
        for one in checked
        if one["is_usable"] and not one["passed"]
    ]
    return pa.Table.from_pylist(rows, WRITTEN)


def said(fault: Mapping[str, Any]) -> str:
    """Return a fault as one line."""
    place = f"sentence {fault['sentence_no']}: " if fault.get("sentence_no") else ""
    return f"{fault['check']}: {place}{fault['detail']}"


def _written(run: Row | None, story: Row, rows: Sequence[Row]) -> dict[str, Any]:
    language = (run or {}).get("language_written") or "en"
    return _story(run, rows) | {
        "weighted_score": story["weighted_score"],
        "least": LEAST,
        "most": MOST,
        "language_name": LANGUAGE_NAMES.get(language, language),
        "written": "",
        "faults": [],
    }


def _story(run: Row | None, rows: Sequence[Row]) -> dict[str, Any]:
    first = rows[0]
    return {
        "story_id": first["story_id"],
        "title": first["title"],
        "source": f"{first['source']} ({first['host']})",
        "dated": first["dated"],
        "company_context": report_of(run).get("company_context", ""),
        "passages": as_lines(rows),
        "known_passages": [row["passage_id"] for row in rows],
    }
