"""Limits of a server: requests a second that it does not announce, or a minute's that it does."""

from __future__ import annotations

from collections import deque
from time import monotonic

from python_models.llm.offline.faults import Faults


class ServerLimit:
    """Admits what the configured window still holds."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._times: deque[float] = deque()
        self._level = faults.per_second or 0.0
        self._level_at = monotonic()
        self._minute: deque[float] = deque()

    def admits(self) -> bool:
        """Count a request and say whether it is within the limits."""
        now = monotonic()
        if self._faults.requests_per_minute is not None:
            while self._minute and now - self._minute[0] > 60:
                self._minute.popleft()
            if len(self._minute) >= self._faults.requests_per_minute:
                return False
            self._minute.append(now)
        most = self._faults.per_second
        if most is None:
            return True
        if self._faults.window == "bucket":
            return self._takes_from_bucket(now, most)
        if self._faults.window == "fixed":
            while self._times and int(self._times[0]) != int(now):
                self._times.popleft()
        else:
            while self._times and now - self._times[0] >= 1:
                self._times.popleft()
        if len(self._times) >= most:
            return False
        self._times.append(now)
        return True

    def _takes_from_bucket(self, now: float, per_second: float) -> bool:
        self._level = min(per_second, self._level + (now - self._level_at) * per_second)
        self._level_at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True

    def headers(self) -> dict[str, str]:
        """Return the x-ratelimit-* headers of a server that says its limits."""
        if not self._faults.says_limits or self._faults.requests_per_minute is None:
            return {}
        most = self._faults.requests_per_minute
        left = most - len(self._minute)
        wait = 60 - (monotonic() - self._minute[0]) if self._minute else 0
        return {
            "x-ratelimit-limit-requests": str(most),
            "x-ratelimit-remaining-requests": str(max(0, left)),
            "x-ratelimit-reset-requests": f"{max(0.0, wait):.3f}s",
        }
