"""When a record says it was made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson


def instant(value: Any, zone: str = "UTC") -> datetime | None:
    """Return a time as UTC without zone where it can mean one thing only; else None.

    ISO 8601 (without an offset: of `zone`, the first of an hour its clock shows twice), or seconds
    or milliseconds since 1970 between 2000 and 2100.
    """
    if isinstance(value, str):
        text = value.strip()
        if text.replace(".", "", 1).isdigit() and len(text) >= 9:
            value = orjson.loads(text) if text[0] != "0" else None
        else:
            try:
                value = datetime.fromisoformat(text) if len(text) >= 10 else None
            except ValueError:
                return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            if zone == "UTC":
                return value
            value = value.replace(tzinfo=ZoneInfo(zone))
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for unit in (1, 1_000):
        if 946_684_800 <= value / unit < 4_102_444_800:
            return datetime.fromtimestamp(value / unit, UTC).replace(tzinfo=None)
    return None
