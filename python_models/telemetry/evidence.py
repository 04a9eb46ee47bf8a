"""Evidence as prompts carry it: JSON objects, one a line."""

from __future__ import annotations

import json
from typing import Any

DEGREES = "\N{DEGREE SIGN}C"
SEVERITIES = ("low", "medium", "high", "critical")


def read_object(block: Any) -> dict[str, Any]:
    """Return the one object of a data block, empty when there is none."""
    if isinstance(block, str):
        try:
            block = json.loads(block)
        except ValueError:
            return {}
    return block if isinstance(block, dict) else {}


def worst(severities: list[str]) -> str:
    """Return the worst of some severities; `low` when none is known."""
    known = [SEVERITIES.index(name) for name in severities if name in SEVERITIES]
    return SEVERITIES[max(known)] if known else SEVERITIES[0]


def figure(value: Any, unit: str | None = None) -> str:
    """Return a number as people write it: no trailing zeros, its unit behind, shares in percent."""
    if value is None:
        return "an unknown value"
    if unit == "share":
        value, unit = 100 * float(value), "%"
    text = f"{float(value):.6f}".rstrip("0").rstrip(".") or "0"
    return f"{text} {unit.replace('degC', DEGREES)}" if unit else text
