"""Verdicts on pairs in the synthetic release: one won, one that goes by place, one unread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.dashboards.hostile_text import HOSTILE

OUTCOMES = {
    "a": ("first", "second", 0.0),
    "position": ("first", "first", 0.5),
    "unread": ("first", None, None),
}


def add_pairs(found: dict[str, list[dict[str, Any]]], asked_at: datetime) -> None:
    """Add the tables of pairs to those of a release: judges saw three of the second cohort."""
    for outcome in OUTCOMES:
        found["pair_verdicts"] += _verdicts(outcome, asked_at)
    for cohort in ("all", "cohort-1"):
        found["pair_results"] += [_result(cohort, outcome) for outcome in OUTCOMES]
        found["win_rates"] += [_rate(cohort, judge) for judge in ("all", "judge_b")]
        found["position_bias"].append(_bias(cohort))


ESSAYS = ("e-c1-bridge-1-dreamer", "e-c1-story-0-dreamer")


def _verdicts(outcome: str, asked_at: datetime) -> list[dict[str, Any]]:
    rows = []
    for order, verdict, shown in zip(
        ("ab", "ba"), OUTCOMES[outcome], (ESSAYS, ESSAYS[::-1]), strict=False
    ):
        chosen = {"first": shown[0], "second": shown[1]}.get(verdict or "")
        rows.append(
            {
                "gen_id": f"q-{outcome}-{order}",
                "first_gen_id": shown[0],
                "second_gen_id": shown[1],
                "combo_id": "c1",
                "template_id": "better",
                "template_hash": "better-0",
                "model_id": "judge_b",
                "status": "ok" if verdict else "invalid",
                "error": None if verdict else f"no verdict {HOSTILE}",
                "verdict": verdict,
                "chosen_gen_id": chosen,
                "reason": f"It holds better. {HOSTILE}" if verdict else None,
                "prompt": f"Which? {HOSTILE}",
                "raw": HOSTILE,
                "provider": "offline-rules",
                "parameters": "{}",
                "cost_usd": 0.0004,
                "is_due": True,
                "asked_at": asked_at,
            }
        )
    return rows


def _result(cohort: str, outcome: str) -> dict[str, Any]:
    verdict_ab, verdict_ba, share = OUTCOMES[outcome]
    return {
        "cohort_id": cohort,
        "gen_id_ab": f"q-{outcome}-ab",
        "gen_id_ba": f"q-{outcome}-ba",
        "factor": "draft_template",
        "item_a": "bridge",
        "item_b": "story",
        "essay_a_gen_id": ESSAYS[0],
        "essay_b_gen_id": ESSAYS[1],
        "combo_id": "c1",
        "template_id": "better",
        "template_hash": "better-0",
        "evaluation_model_id": "judge_b",
        "verdict_ab": verdict_ab,
        "verdict_ba": verdict_ba,
        "outcome": outcome,
        "share_b": share,
    }


def _rate(cohort: str, judge: str) -> dict[str, Any]:
    return {
        "cohort_id": cohort,
        "factor": "draft_template",
        "item_a": "bridge",
        "item_b": "story",
        "judge": judge,
        "win_rate": 0.25,
        "low": 0.02,
        "high": 0.86,
        "verdict": "undecided",
        "combo_count": 1,
        "result_count": 3,
        "a_count": 1,
        "b_count": 0,
        "tie_count": 0,
        "position_count": 1,
        "unread_count": 1,
    }


def _bias(cohort: str) -> dict[str, Any]:
    return {
        "cohort_id": cohort,
        "evaluation_model_id": "judge_b",
        "template_id": "better",
        "template_hash": "better-0",
        "result_count": 3,
        "unread_count": 1,
        "consistent_count": 1,
        "position_count": 1,
        "first_count": 1,
        "consistent_share": 0.5,
        "first_share": 1.0,
        "low": 0.2,
        "high": 1.0,
        "leans_to": "undecided",
    }
