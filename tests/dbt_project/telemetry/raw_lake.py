"""Raw tables as landing leaves them, written straight through pyiceberg, and dbt runs over them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ingestion.telemetry.schema import NAMESPACE, TABLES
from tests.ingestion.raw_rows import append_raw

LANDED_AT = datetime(2026, 1, 1)


append_rows = partial(append_raw, NAMESPACE, TABLES)


def land(
    load_id: str,
    readings: list[dict[str, Any]],
    source: str = "plant",
    path: str | None = None,
    content: str | None = None,
) -> None:
    """Land readings as one load of one file, at a path of its own unless one is named."""
    path, content = path or f"{load_id}.csv", content or load_id
    rows = [
        {
            "load_id": load_id,
            "source": source,
            "source_file": path,
            "record_number": number,
            "power_unit": "W",
            "temperature_unit": "degC",
            "is_power_sentinel": False,
            "is_temperature_sentinel": False,
        }
        | reading
        for number, reading in enumerate(readings, start=1)
    ]
    if rows:
        append_rows("readings", rows)
    append_rows(
        "files",
        [
            {
                "load_id": load_id,
                "source": source,
                "source_file": path,
                "file_hash": content,
                "status": "loaded",
                "byte_count": 1,
                "rows_in": len(rows),
                "rows_accepted": len(rows),
                "rows_duplicate": 0,
                "rows_rejected": 0,
                "seconds": 0.0,
                "first_reading_at": min((row["reading_at"] for row in rows), default=None),
                "landed_at": LANDED_AT,
            }
        ],
    )


def declare(source: str = "plant", **settings: Any) -> None:
    """Declare a source of machines that run in cycles."""
    append_rows(
        "sources",
        [
            {
                "load_id": "declared",
                "source": source,
                "kind": "cycles",
                "label_level": "none",
                "declared_at": LANDED_AT,
            }
            | settings
        ],
    )


def cycle_readings(
    control_id: str,
    started_at: datetime,
    *,
    level_w: float = 1000.0,
    ramp: int = 4,
    hold: int = 12,
    step_s: float = 10.0,
    idle: int = 6,
    named: str | None = None,
    temperature_c: float = 60.0,
) -> list[dict[str, Any]]:
    """Give the readings of a cycle (ramp, hold, ramp) and of the idle time after it."""
    shape = [("ramp_up", level_w * (i + 1) / (ramp + 1)) for i in range(ramp)]
    shape += [("hold", level_w)] * hold
    shape += [("ramp_down", level_w * (ramp - i) / (ramp + 1)) for i in range(ramp)]
    shape += [("idle", 2.0)] * idle
    return [
        {
            "control_id": control_id,
            "cycle_id": named if named and stage != "idle" else None,
            "stage": stage if named else None,
            "power": power,
            "temperature": temperature_c,
            "reading_at": started_at + timedelta(seconds=step_s * i),
        }
        for i, (stage, power) in enumerate(shape)
    ]
