"""How fast an endpoint is asked: how many at once, how many a second, and when not at all.

Adaptive: the number in flight grows by additive increase and is cut on timeouts, 5xx and 429;
the rate of a server that refuses without saying its limit is learnt. Fixed and sequential modes
keep their number, and wait when they are told to.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Any

from python_models.llm.asking.rate_learning import RateLearner
from python_models.llm.endpoints.waits import duration

FIRST_AT_ONCE = 64
# share of the last requests that failed -> what is left of the number in flight
CUTS = ((0.5, 0.5), (0.2, 0.75), (0.0, 0.9))
LOOKED_AT = 20
LEAST_SHARE = 0.08  # of the rate the ceiling would give: refused by chance, no slower than that
CUT_REFUSED = 0.95
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 30.0
LONGEST_ANNOUNCED = 60.0


class NotSoon(Exception):
    """The endpoint asks to wait longer than anybody here has time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"nothing may be sent for {seconds:g} s")
        self.seconds = seconds


class Bucket:
    """A limit per minute: holds a second's worth, so that the minute starts without a jam."""

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
        patience: float = math.inf,
    ) -> None:
        """Take the limits; who would wait longer than `patience` (seconds) is turned away."""
        self._patience = patience
        self.is_adaptive = mode == "adaptive"
        self.ceiling = 1 if mode == "sequential" else ceiling
        self.limit = float(min(self.ceiling, FIRST_AT_ONCE) if self.is_adaptive else self.ceiling)
        self.in_flight = 0
        self.refused = 0
        self._rate = RateLearner() if self.is_adaptive else None
        self._requests = Bucket(requests_per_minute) if requests_per_minute else None
        self._tokens = Bucket(tokens_per_minute) if tokens_per_minute else None
        self._waiting: deque[tuple[asyncio.Future[float], float]] = deque()
        self._paused_until = 0.0
        self._pause = FIRST_PAUSE
        self._latency = 0.0
        self._failures: deque[int] = deque(maxlen=LOOKED_AT)
        self._is_trying = False
        self._cut_at = -1.0
        self._known_limit = float(self.ceiling)
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, tokens: float, is_urgent: bool = False) -> float:
        """Wait for leave to send one request of about so many tokens; return the time.

        Raises:
            NotSoon: the endpoint asks to wait longer than we do.
        """
        if self._paused_until and (wait := self._paused_for()) > self._patience:
            raise NotSoon(wait)
        future = asyncio.get_running_loop().create_future()
        if is_urgent:
            self._waiting.appendleft((future, tokens))
        else:
            self._waiting.append((future, tokens))
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

    def succeeded(self, headers: Any = None, seconds: float = 1.0) -> None:
        """Take note of an answer: a little more may be in flight."""
        self._latency += 0.1 * (seconds - self._latency) if self._latency else seconds
        if self._rate is not None:
            self._rate.answered(LEAST_SHARE * self.ceiling / max(self._latency, 0.001))
        self._pause, self._is_trying = FIRST_PAUSE, False
        self._failures.append(0)
        if headers is not None:
            self._read_limits(headers)
        if self.is_adaptive and self.limit < self.ceiling:
            if self._cut_at < 0:
                self.limit += 1.0  # doubling, while nothing was ever cut
            else:
                # one more for each round; near the number that was too much, a tenth
                is_near = self.limit > 0.9 * self._known_limit
                self.limit += (0.1 if is_near else 1.0) / self.limit
            self.limit = min(self.limit, float(self.ceiling))

    def failed(self, sent_at: float) -> None:
        """Take note of a timeout or a server error: fewer at once, once for each round."""
        self._failures.append(1)
        share = sum(self._failures) / LOOKED_AT
        self._cut(sent_at, self.limit * next(cut for least, cut in CUTS if share >= least))

    def throttle(self, sent_at: float, wait: float | None) -> None:
        """Take note of a 429 (or 503): wait as told; else learn what the server admits."""
        now = asyncio.get_running_loop().time()
        self.refused += 1
        if wait is not None:
            self._paused_until = max(self._paused_until, now + wait)
            self._turn_away()
        elif self._rate is not None:
            self._rate.refused(sent_at, now)
        else:
            self._paused_until = max(self._paused_until, now + self._pause)
            self._pause = min(self._pause * 1.7, LONGEST_PAUSE)
        if self.in_flight >= self.limit - 1:  # else it is the rate that holds us, not the number
            self._cut(sent_at, self.limit * CUT_REFUSED)

    def _paused_for(self) -> float:
        return self._paused_until - asyncio.get_running_loop().time()

    def _turn_away(self) -> None:
        """Let those who wait go, where what they wait for is too far off."""
        wait = self._paused_for()
        while wait > self._patience and self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(NotSoon(wait))

    def hold(self, seconds: float) -> None:
        """Send nothing for a while, and then one at a time until there is an answer."""
        until = asyncio.get_running_loop().time() + seconds
        self._paused_until = max(self._paused_until, until)
        self._is_trying = True

    def _cut(self, sent_at: float, limit: float) -> None:
        if self.is_adaptive and sent_at > self._cut_at:
            self._cut_at = asyncio.get_running_loop().time()
            self._known_limit = self.limit
            self.limit = max(1.0, limit)

    def _read_limits(self, headers: Any) -> None:
        for kind in ("requests", "tokens"):
            left = headers.get(f"x-ratelimit-remaining-{kind}")
            if left is not None and left.strip() and not left.strip().strip("0"):
                wait = duration(headers.get(f"x-ratelimit-reset-{kind}"))
                if wait:
                    until = asyncio.get_running_loop().time() + min(wait, LONGEST_ANNOUNCED)
                    self._paused_until = max(self._paused_until, until)

    def _ready_at(self, now: float, tokens: float) -> float:
        ready = self._paused_until
        if self._requests:
            ready = max(ready, self._requests.ready_at(now, 1))
        if self._tokens:
            ready = max(ready, self._tokens.ready_at(now, tokens))
        if self._rate:
            ready = max(ready, self._rate.ready_at(now))
        return ready

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self.in_flight < (1 if self._is_trying else int(self.limit)):
            future, tokens = self._waiting[0]
            if future.done():
                self._waiting.popleft()
                continue
            now = loop.time()
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
        if self._requests:
            self._requests.take(now, 1)
        if self._tokens:
            self._tokens.take(now, tokens)
        if self._rate:
            self._rate.sent(now)
        future.set_result(now)
