"""Learns the rate of a server that answers 429 without saying how much it admits.

Requests sent and not refused count as admitted. The first refusal tells how many went through
in the last second; later ones, how fast they went through since the one before. In between the
rate grows: by doubling until it is confirmed by a second refusal, slowly near a known limit,
faster the longer nothing was refused.
"""

from __future__ import annotations

from collections import deque

WINDOW = 1.02  # seconds; a little more than the second a server counts
SPACING = 0.001  # between requests while nothing is known: a burst would be refused as a whole
KEPT = 0.98
CUT = 0.93
CHANCE = 0.25  # a share of refusals up to which they may be no limit at all
LOOKED_AT = 40
SHORTEST = 0.15  # seconds over which a rate can be measured
SETTLED = 0.25  # a request sent after a refusal and not refused by then was admitted
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 30.0


class RateLearner:
    """How many requests may leave in a second, as far as is known."""

    def __init__(self) -> None:
        self.per_second: float | None = None
        self.floor = 0.0  # refusals that come by chance do not push the rate below this
        self._outcomes: deque[int] = deque(maxlen=LOOKED_AT)
        self._sent: deque[float] = deque()
        self._cut_at = -1.0
        self._cuts = 0
        self._admitted = 0  # since the last cut
        self._streak = 0
        self._grown_at = 0.0
        self._next_at = 0.0

    def ready_at(self, now: float) -> float:
        """Return when the next request may leave."""
        self._forget_old(now)
        ready = self._next_at
        if self.per_second is None:
            return ready
        self._grow(now)
        surplus = len(self._sent) - max(1, int(self.per_second))
        if surplus >= 0:
            ready = max(ready, self._sent[surplus] + WINDOW)
        if self.per_second < 1 and self._sent:
            ready = max(ready, self._sent[-1] + 1 / self.per_second)
        return ready

    def sent(self, now: float) -> None:
        """Count a request that leaves."""
        self._sent.append(now)
        self._admitted += 1
        gap = SPACING if self.per_second is None else 0.7 / self.per_second
        self._next_at = now + min(gap, 1.0)

    def answered(self, floor: float) -> None:
        """Take note of an answer, and of the slowest rate that still makes sense."""
        self._outcomes.append(0)
        self.floor = floor

    def refused(self, sent_at: float, now: float) -> None:
        """Take note of a 429; those sent before the last cut say nothing new."""
        self._outcomes.append(1)
        if self._sent and sent_at in self._sent:
            self._sent.remove(sent_at)
        if sent_at <= self._cut_at:
            return
        self._admitted -= 1
        self._forget_old(now)
        self._streak = 0 if self._admitted > 0 else self._streak + 1
        elapsed = now - self._cut_at
        if self.per_second is None and not self._sent and self._streak:
            self._pause(now)  # a lone request that was refused tells no rate
            return
        if self.per_second is None:
            rate = float(len(self._sent))
        else:
            rate = self.per_second * CUT
            if self._streak == 0 and elapsed >= SHORTEST:
                # what went through last, not the slower start before it
                recent = len(self._sent) / WINDOW if elapsed > WINDOW else self._admitted / elapsed
                rate = min(self.per_second, KEPT * recent)
                rate = max(rate, self.per_second * 0.5)
        if sum(self._outcomes) <= CHANCE * LOOKED_AT:
            rate = max(rate, self.floor)
        self.per_second = max(0.05, rate)
        self._cuts += self._streak == 0
        self._cut_at, self._admitted, self._grown_at = now, 0, now
        if self._streak:
            self._pause(now)

    def _pause(self, now: float) -> None:
        pause = min(FIRST_PAUSE * 2**self._streak, LONGEST_PAUSE)
        self._next_at = max(self._next_at, now + pause)

    def _forget_old(self, now: float) -> None:
        while self._sent and now - self._sent[0] >= WINDOW:
            self._sent.popleft()

    def _grow(self, now: float) -> None:
        elapsed, self._grown_at = now - self._grown_at, now
        if self._streak and self._admitted > 0 and now - self._cut_at > SETTLED:
            self._streak = 0
        if self._streak or self.per_second is None:
            return
        share = 1.0 if self._cuts < 2 else 0.01 * (1 + ((now - self._cut_at) / 5) ** 2)
        self.per_second *= 1 + elapsed * min(share, 1.0)
