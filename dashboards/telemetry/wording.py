"""Words for what stages, measures and classes of the telemetry tables are called."""

from __future__ import annotations

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
