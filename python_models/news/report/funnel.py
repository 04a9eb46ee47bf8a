"""What came into each phase and got through, and why the rest did not: in = out + dropped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from python_models.news.report.items import Gathered, left_out

Row = Mapping[str, Any]
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("phase_number", pa.int64()),
        ("phase_name", pa.string()),
        ("unit", pa.string()),  # what is counted: sources, articles, stories, items
        ("input_count", pa.int64()),
        ("output_count", pa.int64()),
        ("dropped_count", pa.int64()),
        ("reasons", pa.string()),  # {reason: count}
        ("cost_usd", pa.float64()),
    ]
)


def funnel_of(
    run_id: str | None, rows: Mapping[str, Sequence[Row]], gathered: Gathered, item_count: int
) -> pa.Table:
    """Return one row for each phase.

    Args:
        run_id: the run; None when nothing has landed.
        rows: sources_asked, tier1, tier2, tier3, ranking, analyses, validations, entities,
            backgrounds, by the relations' names.
        gathered: what the items were made of.
        item_count: how many there are.
    """
    if run_id is None:
        return pa.Table.from_pylist([], SCHEMA)
    ranked = [row for row in rows["ranking"] if row["rank"]]
    written = [row for row in rows["analyses"] if row["passed"]]
    valid = [row for row in ranked if left_out(row, gathered) is None]
    again = {row["story_id"] for row in written} & gathered.broken.keys()
    broken = Counter(left_out(row, gathered) for row in ranked if row["story_id"] in again)
    tier3_out = [row for row in rows["tier3"] if row["passed"]]
    made = [
        _phase(1, "initialization", "runs", 1, {}),
        _phase(2, "scraping", "sources", len(rows["sources_asked"]),
               Counter(row["status"] for row in rows["sources_asked"] if row["has_failed"])),
        _phase(3, "tier1_filter", "articles", len(rows["tier1"]), _dropped(rows["tier1"])),
        _phase(4, "tier2_batch", "stories", len(rows["tier2"]), _dropped(rows["tier2"])),
        _phase(5, "tier3_5d", "stories", len(rows["tier3"]), _dropped(rows["tier3"])),
        _phase(6, "ranking", "stories", len(tier3_out),
               Counter(row["not_selected_because"] for row in rows["ranking"] if not row["rank"])),
        _phase(7, "paraphrasing", "stories", len(ranked), _dropped(rows["analyses"])),
        _phase(8, "enrichment", "stories", len(written), {}),
        _phase(9, "validation", "stories", len(written), broken),
        _phase(10, "final_report", "items", len(valid),
               {"reserve_not_needed": len(valid) - item_count}),
    ]  # fmt: skip
    costs = _costs(rows)
    full = [
        row | {"run_id": run_id, "cost_usd": costs.get(row["phase_number"], 0.0)} for row in made
    ]
    return pa.Table.from_pylist(full, SCHEMA)


def _costs(rows: Mapping[str, Sequence[Row]]) -> dict[int, float]:
    """Return what the calls of each phase cost."""
    return {
        4: _calls(rows["tier2"]), 5: _sum(rows["tier3"]), 7: _sum(rows["analyses"]),
        8: _calls(rows["entities"]) + _sum(rows["backgrounds"]),
    }  # fmt: skip


def _phase(
    number: int, name: str, unit: str, came: int, dropped: Mapping[Any, int]
) -> dict[str, Any]:
    reasons = {str(why): count for why, count in sorted(dropped.items(), key=str) if count}
    return {
        "phase_number": number,
        "phase_name": name,
        "unit": unit,
        "input_count": came,
        "output_count": came - sum(reasons.values()),
        "dropped_count": sum(reasons.values()),
        "reasons": json.dumps(reasons, ensure_ascii=False),
    }


def _dropped(rows: Iterable[Row]) -> Counter[str]:
    return Counter(row["dropped_because"] or "no reason" for row in rows if not row["passed"])


def _sum(rows: Iterable[Row]) -> float:
    return float(sum(row["cost_usd"] or 0.0 for row in rows))


def _calls(rows: Iterable[Row]) -> float:
    """Return what calls cost that several rows share."""
    return float(sum({row["call_id"]: row["cost_usd"] or 0.0 for row in rows}.values()))
