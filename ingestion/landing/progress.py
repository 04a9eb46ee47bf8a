"""How far the reading of files is: rows, bytes, rates, and when it will be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

TELL_EVERY_SECONDS = 5.0


class Progress:
    """Says now and then how far a run is; quick runs say nothing."""

    def __init__(
        self,
        byte_count: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.byte_count, self.say, self._clock = byte_count, say, clock
        self.begun = self.told = clock()
        self.rows: dict[int, int] = {}  # by job
        self.bytes: dict[int, int] = {}

    def reached(self, job: dict[str, Any], answer: dict[str, Any]) -> None:
        """Take how far one file is, and say how far all are."""
        self.rows[job["id"]] = answer["rows_so_far"]
        self.bytes[job["id"]] = answer["bytes_so_far"]
        now = self._clock()
        if now - self.told >= TELL_EVERY_SECONDS:
            self.told = now
            self.say(f"{job['source']}: {self.text(now - self.begun)}")

    def text(self, seconds: float) -> str:
        """Return rows, rate, bytes and the time that is left, `seconds` after the start."""
        rows, done = sum(self.rows.values()), sum(self.bytes.values())
        text = f"{rows:,} records, {rows / max(seconds, 0.001):,.0f}/s"
        if done and self.byte_count >= done:
            left = (self.byte_count - done) * seconds / done
            text += f", {done / 1e6:,.1f} of {self.byte_count / 1e6:,.1f} MB, {left:,.0f} s left"
        return text
