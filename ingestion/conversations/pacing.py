"""How many chunks are under way at once: fixed, or by the rate that comes out."""

from __future__ import annotations

import time
from collections.abc import Callable


class Window:
    """Chunks under way. An adaptive window climbs the hill of records a second.

    A step that brought `GAIN` more is followed by another in its direction, one that brought
    `GAIN` less is taken back, and where it made no difference fewer are enough. The window stays
    between 2 and twice the number of processes.
    """

    GAIN = 1.05
    STEP_CHUNKS = 8  # answers a rate is measured over

    def __init__(
        self,
        processes: int,
        *,
        is_adaptive: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = 2 * processes
        self.is_adaptive = is_adaptive
        self.size = 2 if is_adaptive else self.most
        self._clock = clock
        self._rate, self._step = 0.0, 1
        self._since, self._records, self._answers = clock(), 0, 0

    def took(self, records: int) -> None:
        """Count an answer; an adaptive window thinks again now and then."""
        self._records += records
        self._answers += 1
        if not self.is_adaptive or self._answers < self.STEP_CHUNKS:
            return
        now = self._clock()
        rate = self._records / max(now - self._since, 1e-6)
        if rate <= self._rate / self.GAIN:
            self._step = -self._step
        elif rate < self._rate * self.GAIN:
            self._step = -1
        self._rate = rate
        self.size = min(self.most, max(2, self.size + self._step))
        self._since, self._records, self._answers = now, 0, 0
