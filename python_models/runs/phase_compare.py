"""What differs between the kept phases of two runs."""

from __future__ import annotations

from typing import Any

from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded
from python_models.runs.phase_documents import Document, kept_documents

_SAME = {"code_hash": "code", "prompt_hash": "prompts", "settings_hash": "settings"}
_SIDES = {
    "attempt": "attempt",
    "input_count": "in",
    "output_count": "out",
    "llm_calls": "calls",
    "cost_usd": "usd",
    "duration_seconds": "seconds",
}


def compare_phases(a: str, b: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return {product: {title: rows}} for products whose phases are kept of both runs."""
    before, after = kept_documents(a), kept_documents(b)
    found = {}
    for product in before.keys() & after.keys():
        sides = (before[product], after[product])
        tables = {f"Phases of {product}": _phases(*sides)}
        if address := PRODUCTS[product].phase_compare:
            tables |= loaded(address)(*sides)
        found[product] = tables
    return found


def _phases(before: list[Document], after: list[Document]) -> list[dict[str, Any]]:
    known = [
        {one["metadata"]["phase_number"]: one["metadata"] for one in side}
        for side in (before, after)
    ]
    rows = []
    for number in sorted(known[0].keys() | known[1].keys()):
        a, b = (side.get(number, {}) for side in known)
        name = (a or b)["phase_name"]
        row: dict[str, Any] = {"phase": f"{number} {name}"}
        for column, short in _SIDES.items():
            row |= {f"{short}_a": a.get(column), f"{short}_b": b.get(column)}
        row["made by other"] = ", ".join(
            word for column, word in _SAME.items() if a.get(column) != b.get(column)
        )
        rows.append(row)
    return rows
