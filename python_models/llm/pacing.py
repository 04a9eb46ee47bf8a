"""How fast an endpoint is asked: how many at once, how many a second, and when not at all.

Adaptive: the number in flight grows by additive increase and is cut on timeouts, 5xx and 429;
a server that answers 429 without saying its limit is met by learning how many requests it
admitted in the last second and staying at that, probing upwards slowly.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from python_models.llm.errors import duration

WINDOW = 1.02  # seconds; a little more than the second a server counts
CUT_ERRORS = 0.5
CUT_RATE = 0.92
FIRST_PAUSE = 0.04
LONGEST_PAUSE = 30.0


class Bucket:
    """A limit per minute: holds a few seconds' worth, so that the minute starts without a jam."""

    def __init__(self, per_minute: float) -> None:
        self.per_second = per_minute / 60
        self.size = max(1.0, per_minute / 60)
        self._level = self.size
        self._at: float | None = None

    def ready_at(self, now: float, amount: float) -> float:
        """Return when `amount` can be taken; more than the bucket holds needs it full."""
        self._fill(now)
        lacking = min(amount, self.size) - self._level
        return now + lacking / self.per_second if lacking > 1e-9 else now

    def take(self, now: float, amount: float) -> None:
        """Take; what is more than the bucket holds is owed and waited for later."""
        self._fill(now)
        self._level -= amount

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._level = min(self.size, self._level + (now - self._at) * self.per_second)
        self._at = now


class Pacer:
    """Lets requests go one by one; lives on the event loop, shared by all steps of a process."""

    def __init__(
        self,
        mode: str,
        ceiling: int,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
    ) -> None:
        self.is_adaptive = mode == "adaptive"
        self.ceiling = 1 if mode == "sequential" else ceiling
        self.limit = float(min(self.ceiling, 64) if self.is_adaptive else self.ceiling)
        self.in_flight = 0
        self.throttled = 0
        self._requests = Bucket(requests_per_minute) if requests_per_minute else None
        self._tokens = Bucket(tokens_per_minute) if tokens_per_minute else None
        self._waiting: deque[tuple[asyncio.Future[float], float]] = deque()
        self._paused_until = 0.0
        self._pause = FIRST_PAUSE
        self._per_window: float | None = None
        self._best_window = 0.0
        self._sent: deque[float] = deque()
        self._grown_at = 0.0
        self._cut_at = -1.0
        self._window_cut_at = -1.0
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, tokens: float, is_urgent: bool = False) -> float:
        """Wait for leave to send one request of about so many tokens; return the time."""
        future = asyncio.get_running_loop().create_future()
        entry = (future, tokens)
        if is_urgent:
            self._waiting.appendleft(entry)
        else:
            self._waiting.append(entry)
        self._pump()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Say that a request has ended, whichever way."""
        self.in_flight -= 1
        self._pump()

    def succeeded(self, headers: Any = None) -> None:
        """Take note of an answer: a little more may be in flight."""
        self._pause = FIRST_PAUSE
        if headers is not None:
            self._read_limits(headers)
        if self.is_adaptive and self.limit < self.ceiling:
            # doubling while nothing was ever cut, one more for each round afterwards
            self.limit += 1.0 if self._cut_at < 0 else 1.0 / self.limit
            self.limit = min(self.limit, float(self.ceiling))

    def failed(self, sent_at: float) -> None:
        """Take note of a timeout or a server error: fewer at once, once for each round."""
        if self.is_adaptive and sent_at > self._cut_at:
            self._cut_at = asyncio.get_running_loop().time()
            self.limit = max(1.0, self.limit * CUT_ERRORS)

    def throttle(self, sent_at: float, wait: float | None) -> None:
        """Take note of a 429: wait as told; else learn what the server admits in a second."""
        now = asyncio.get_running_loop().time()
        self.throttled += 1
        if sent_at in self._sent:
            self._sent.remove(sent_at)
        if wait is not None:
            self._paused_until = max(self._paused_until, now + wait)
        else:
            self._paused_until = max(self._paused_until, now + self._pause)
            self._pause = min(self._pause * 1.7, LONGEST_PAUSE)
        if not self.is_adaptive:
            return
        if sent_at > self._cut_at:
            self._cut_at = now
            self.limit = max(1.0, min(self.limit, self.in_flight) * 0.95)
        if wait is None and sent_at > self._window_cut_at:
            self._window_cut_at = now
            self._forget_old(now)
            admitted = float(len(self._sent))
            before = self._per_window
            cut = admitted if before is None else min(before * CUT_RATE, admitted)
            self._per_window = max(1.0, cut)
            self._best_window = self._per_window if before is None else admitted
            self._grown_at = now

    def _forget_old(self, now: float) -> None:
        while self._sent and now - self._sent[0] >= WINDOW:
            self._sent.popleft()

    def _read_limits(self, headers: Any) -> None:
        for kind in ("requests", "tokens"):
            left = headers.get(f"x-ratelimit-remaining-{kind}")
            if left is not None and left.isdigit() and int(left) <= 0:
                wait = duration(headers.get(f"x-ratelimit-reset-{kind}"))
                if wait:
                    now = asyncio.get_running_loop().time()
                    self._paused_until = max(self._paused_until, now + min(wait, 60.0))

    def _ready_at(self, now: float, tokens: float) -> float:
        ready = self._paused_until
        if self._requests:
            ready = max(ready, self._requests.ready_at(now, 1))
        if self._tokens:
            ready = max(ready, self._tokens.ready_at(now, tokens))
        self._forget_old(now)
        if self._per_window is not None:
            self._grow(now)
            surplus = len(self._sent) - int(self._per_window)
            if surplus >= 0:
                ready = max(ready, self._sent[min(surplus, len(self._sent) - 1)] + WINDOW)
        return ready

    def _grow(self, now: float) -> None:
        """Return quickly to nearly what was admitted last, then probe by one a second."""
        elapsed, self._grown_at = now - self._grown_at, now
        is_below = self._per_window < 0.97 * self._best_window
        self._per_window += elapsed * (0.2 * self._best_window if is_below else 1.0)

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._waiting and self.in_flight < int(self.limit):
            future, tokens = self._waiting[0]
            if future.done():
                self._waiting.popleft()
                continue
            ready = self._ready_at(now, tokens)
            if ready > now:
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = loop.call_at(ready, self._pump)
                return
            self._waiting.popleft()
            self._send(future, now, tokens)

    def _send(self, future: asyncio.Future[float], now: float, tokens: float) -> None:
        self.in_flight += 1
        self._sent.append(now)
        if self._requests:
            self._requests.take(now, 1)
        if self._tokens:
            self._tokens.take(now, tokens)
        future.set_result(now)
