"""What each story cost: calls that several stories share are split by the tokens of each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]
PARTS = ("tier2", "tier3", "writing", "enrichment")
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        *[(f"{part}_tokens", pa.float64()) for part in PARTS],
        *[(f"{part}_usd", pa.float64()) for part in PARTS],
        ("tokens", pa.float64()),
        ("cost_usd", pa.float64()),
    ]
)


def costs_of(
    run_id: str | None,
    tier2: Iterable[Row],
    tier3: Iterable[Row],
    analyses: Iterable[Row],
    named: Iterable[Row],
    typed: Iterable[Row],
    backgrounds: Iterable[Row],
) -> pa.Table:
    """Return one row for each story that anything was asked about.

    Args:
        run_id: the run.
        tier2: with call_id and shown_characters, by which a shared call is split.
        tier3: with tokens and USD of their calls.
        analyses: with tokens and USD of all their calls.
        named: entities with their story_ids.
        typed: answers on entities, many in one call.
        backgrounds: one for each entity, with its call's tokens and USD.
    """
    spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    weights = {row["story_id"]: float(row["shown_characters"] or 1) for row in tier2}
    for row, share in _shares(tier2, lambda row: weights[row["story_id"]]):
        _add(spent[row["story_id"]], "tier2", row, share)
    for part, rows in (("tier3", tier3), ("writing", analyses)):
        for row in rows:
            _add(spent[row["story_id"]], part, row, 1.0)
    stories = {row["entity_id"]: json.loads(row["story_ids"]) for row in named}
    shared = [*_shares(typed, lambda row: 1.0), *((row, 1.0) for row in backgrounds)]
    for row, share in shared:
        among = stories.get(row["entity_id"], [])
        for story in among:
            _add(spent[story], "enrichment", row, share / len(among))
    rows = [_row(run_id, story, parts) for story, parts in sorted(spent.items())]
    return pa.Table.from_pylist(rows, SCHEMA)


def spent_on(rows: Iterable[Row]) -> tuple[float, float]:
    """Return tokens and USD of the calls that answered rows, each call once."""
    calls = {row["call_id"]: row for row in rows if row["call_id"]}
    tokens = sum(
        (row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0) for row in calls.values()
    )
    return float(tokens), sum(row["cost_usd"] or 0.0 for row in calls.values())


def _shares(rows: Iterable[Row], weight: Any) -> list[tuple[Row, float]]:
    """Return each row with its share of the call that answered it."""
    listed = [row for row in rows if row["call_id"]]
    totals: dict[str, float] = defaultdict(float)
    for row in listed:
        totals[row["call_id"]] += weight(row)
    return [(row, weight(row) / totals[row["call_id"]]) for row in listed]


def _add(parts: dict[str, float], part: str, row: Row, share: float) -> None:
    tokens = (row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0)
    parts[f"{part}_tokens"] += share * tokens
    parts[f"{part}_usd"] += share * (row["cost_usd"] or 0.0)


def _row(run_id: str | None, story: str, parts: Mapping[str, float]) -> dict[str, Any]:
    row = {f"{part}_{unit}": parts.get(f"{part}_{unit}", 0.0)
           for unit in ("tokens", "usd") for part in PARTS}  # fmt: skip
    return row | {
        "run_id": run_id,
        "story_id": story,
        "tokens": sum(row[f"{part}_tokens"] for part in PARTS),
        "cost_usd": sum(row[f"{part}_usd"] for part in PARTS),
    }
