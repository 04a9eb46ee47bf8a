"""Tier 3's five scores as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from python_models.llm.step import GOOD
from python_models.news.steps import DIMENSIONS

Row = Mapping[str, Any]
CALL = [
    ("status", pa.string()),
    ("error", pa.string()),
    ("call_id", pa.string()),
    ("provider", pa.string()),
    ("model", pa.string()),
    ("prompt_tokens", pa.int64()),
    ("completion_tokens", pa.int64()),
    ("cost_usd", pa.float64()),
]
_OF_THE_STORY = (
    "run_id", "story_id", "lead_article_id", "lead_source", "category", "tier1_score",
    "effective_at",
)  # fmt: skip
TIER3 = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        ("lead_article_id", pa.string()),
        ("lead_source", pa.string()),
        ("category", pa.string()),
        *[(name, pa.float64()) for name in DIMENSIONS],
        ("reasons", pa.string()),  # {dimension: {reason, passages}}
        ("tier1_score", pa.float64()),
        ("effective_at", pa.timestamp("us")),
        ("dropped_because", pa.string()),
        ("passed", pa.bool_()),
        *CALL,
    ]
)


def tier3_of(stories: Iterable[Row], assessed: Iterable[Row]) -> pa.Table:
    """Return one row for each story that came into tier 3, with its five scores."""
    answers = {row["story_id"]: row for row in assessed}
    rows = []
    for story in stories:
        answer = answers.get(story["story_id"])
        row = {name: story[name] for name in _OF_THE_STORY}
        row |= {"dropped_because": None, "passed": True, "status": "not_asked"}
        if answer is None:
            row |= {"dropped_because": "too_little_text", "passed": False}
        else:
            row |= {name: answer[name] for name, _ in CALL}
            if answer["status"] in GOOD:
                row |= {name: float(answer[name]["score"]) for name in DIMENSIONS}
                row["reasons"] = _reasons(answer)
            else:
                why = "pending" if answer["status"] == "pending" else "no_answer"
                row |= {"dropped_because": why, "passed": False}
        rows.append(row)
    return pa.Table.from_pylist(rows, TIER3)


def _reasons(answer: Row) -> str:
    reasons = {
        name: {"reason": answer[name]["reason"], "passages": answer[name]["passages"]}
        for name in DIMENSIONS
    }
    return json.dumps(reasons, ensure_ascii=False)
