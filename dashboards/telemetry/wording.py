"""Words for what stages, measures and classes of the telemetry tables are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

from dashboards.parts.tables import in_words, worded
from dashboards.parts.text import words

MEASURES = {
    "power_w": "Power (W)",
    "temperature_c": "Temperature (°C)",
    "duration_s": "Duration (s)",
    "energy_wh": "Energy (Wh)",
}
CLASSES = {"insufficient_history": "Not judged yet"}


def stages_in_words(rows: pa.Table) -> pa.Table:
    """Return judged stages with their stage, class, measure and direction in words."""
    said = worded(rows, "metric", measure_words)
    said = worded(said, "variance_class", lambda name: CLASSES.get(name) or words(name))
    return in_words(said, "stage", "direction")


def measure_words(name: str | None) -> str | None:
    """Return what a measure is called, with its unit."""
    return MEASURES.get(name) or words(name) if name else name


def in_plain_words(text: str | None, names: Iterable[str | None]) -> str:
    """Return a text in which names of rules and stages are words: over_power -> over power."""
    coded = sorted((name for name in names if name and "_" in name), key=len, reverse=True)
    if not text or not coded:
        return text or ""
    any_of = "|".join(map(re.escape, coded))
    return re.sub(rf"\b({any_of})\b", lambda found: found[0].replace("_", " "), text)
