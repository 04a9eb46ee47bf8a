"""The pace against servers that limit in different ways; the clock jumps instead of waiting."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from python_models.llm.asking.pacing import Pacer
from python_models.llm.endpoints.waits import duration, retry_after


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next thing due."""

    _now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0]._when)
        super()._run_once()


class Limited:
    """A server that admits 100 requests a second and does not say so."""

    def __init__(self, window: str, per_second: int = 100) -> None:
        self.window, self.most = window, per_second
        self.times: deque[float] = deque()
        self.level, self.level_at = float(per_second), 0.0

    def admits(self, now: float) -> bool:
        if self.window == "bucket":
            self.level = min(self.most, self.level + (now - self.level_at) * self.most)
            self.level_at = now
            if self.level < 1:
                return False
            self.level -= 1
            return True
        while self.times and (
            int(self.times[0]) != int(now) if self.window == "fixed" else now - self.times[0] >= 1
        ):
            self.times.popleft()
        if len(self.times) >= self.most:
            return False
        self.times.append(now)
        return True


def run_in_jumps(work) -> object:
    """Run a coroutine on a loop that does not wait."""
    loop = JumpingLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


async def ask_all(pacer: Pacer, server: Limited | None, count: int, latency: float):
    """Return (seconds, refusals) for asking a server so many times."""
    loop = asyncio.get_running_loop()
    refused = 0

    async def ask(number: int) -> None:
        nonlocal refused
        tried = False
        while True:
            at = await pacer.enter(100, is_urgent=tried)
            tried = True
            await asyncio.sleep(0.002 + 0.003 * (number % 7) / 7)
            admitted = server is None or server.admits(loop.time())
            await asyncio.sleep(latency if admitted else 0.001)
            pacer.leave()
            if admitted:
                pacer.succeeded(seconds=latency)
                return
            refused += 1
            pacer.throttle(at, None)

    await asyncio.gather(*[ask(number) for number in range(count)])
    return loop.time(), refused


@pytest.mark.parametrize("window", ["sliding", "fixed", "bucket"])
@pytest.mark.parametrize("latency", [0.05, 0.2])
def test_a_limit_nobody_announced_is_met_with_few_refusals(window, latency) -> None:
    seconds, refused = run_in_jumps(ask_all(Pacer("adaptive", 50), Limited(window), 1000, latency))
    assert seconds <= 11.5
    assert refused <= 0.02 * (1000 + refused)


def test_without_limits_nothing_is_held_back() -> None:
    seconds, _ = run_in_jumps(ask_all(Pacer("adaptive", 50), None, 1000, 0.2))
    assert seconds <= 4.0 * 1.06


def test_requests_per_minute_are_kept() -> None:
    pacer = Pacer("fixed", 50, requests_per_minute=600)
    seconds, _ = run_in_jumps(ask_all(pacer, None, 200, 0.1))
    assert 19 <= seconds <= 21


def test_tokens_per_minute_are_kept() -> None:
    pacer = Pacer("fixed", 50, tokens_per_minute=60_000)
    seconds, _ = run_in_jumps(ask_all(pacer, None, 200, 0.1))
    assert 18.5 <= seconds <= 21


def test_sequential_mode_sends_one_at_a_time() -> None:
    seconds, _ = run_in_jumps(ask_all(Pacer("sequential", 50), None, 20, 0.1))
    assert seconds >= 2.0


def test_errors_cut_what_is_in_flight_once_a_round_and_answers_bring_it_back() -> None:
    async def work() -> list[float]:
        pacer = Pacer("adaptive", 40)
        limits = [pacer.limit]
        for _ in range(3):
            times = [await pacer.enter(1) for _ in range(10)]
            await asyncio.sleep(0.1)
            for at in times:
                pacer.failed(at)
                pacer.leave()
            limits.append(pacer.limit)
        for _ in range(3000):
            pacer.succeeded()
        return [*limits, pacer.limit]

    first, once, twice, thrice, later = run_in_jumps(work())
    assert first == 40 and once == 36 and twice < 0.8 * once and thrice == 0.5 * twice
    assert later > 25


def test_failures_that_come_at_any_rate_do_not_slow_everything_down() -> None:
    class Random(Limited):
        def admits(self, now: float) -> bool:
            self.level += 1
            return self.level % 10 != 0

    seconds, _ = run_in_jumps(ask_all(Pacer("adaptive", 50), Random("none"), 1000, 0.2))
    assert seconds <= 60


def test_announced_limits_are_waited_for() -> None:
    async def work() -> float:
        pacer = Pacer("adaptive", 10)
        await pacer.enter(1)
        pacer.leave()
        headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30ms"}
        pacer.succeeded(headers | {"x-ratelimit-reset-requests": "7s"})
        await pacer.enter(1)
        return asyncio.get_running_loop().time()

    assert 7 <= run_in_jumps(work()) < 7.1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "3"}, 3), ({"retry-after-ms": "250"}, 0.25), ({}, None),
     ({"retry-after": "soon"}, None),
     ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0)],
)  # fmt: skip
def test_retry_after_is_read_in_all_its_forms(headers, seconds) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("6m0s", 360), ("250ms", 0.25), ("1.5", 1.5), ("", None), ("x", None)]
)
def test_durations_are_read_as_headers_write_them(text, seconds) -> None:
    assert duration(text) == seconds
