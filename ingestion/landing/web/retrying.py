"""When a failed request is tried again, and how long that waits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 30 * 86_400.0  # seconds; who asks for longer is asked again all the same
AGAIN = frozenset({408, 429, *range(500, 600)}) - {501, 505}


@dataclass(frozen=True)
class Patience:
    """Deadlines and retries of one fetcher; seconds."""

    connect: float = 10.0
    read: float = 20.0  # between two blocks
    total: float = 60.0  # of one attempt
    attempts: int = 3
    first_wait: float = 1.0  # doubled at each retry, with jitter
    jitter: Callable[[], float] = field(default=random.random)

    def wait(self, failures: int) -> float:
        """Return how long to wait after so many failed attempts."""
        return float(self.first_wait * 2 ** (failures - 1) * (0.5 + self.jitter()))


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds a `Retry-After` header asks for, given as seconds or as a date."""
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return min(float(text), LONGEST)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    wait = (then - (now or datetime.now(UTC))).total_seconds()
    return min(max(0.0, wait), LONGEST)
