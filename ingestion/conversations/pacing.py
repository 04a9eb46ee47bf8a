"""How many chunks are under way at once: fixed, or by the rate that comes out."""

from __future__ import annotations

import time
from collections.abc import Callable


class Window:
    """Chunks under way. An adaptive window grows while the rate grows, and goes back when not.

    A step is kept when it brought at least `GAIN` more records a second; the window stays between
    1 and twice the number of processes.
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
        self._best = 0.0
        self._since, self._records, self._answers = clock(), 0, 0

    def took(self, records: int) -> None:
        """Count an answer; an adaptive window thinks again now and then."""
        self._records += records
        self._answers += 1
        if not self.is_adaptive or self._answers < self.STEP_CHUNKS:
            return
        now = self._clock()
        rate = self._records / max(now - self._since, 1e-6)
        if rate > self._best * self.GAIN:
            self._best = rate
            self.size = min(self.most, self.size + 1)
        elif self.size > 2:
            self.size -= 1
            self._best *= 0.98  # what was best may no longer be possible
        self._since, self._records, self._answers = now, 0, 0
