"""How a step is getting on: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from ingestion.lakehouse.output import is_quiet
from python_models.llm.prompting.calls import Call
from python_models.llm.step import GOOD

LINE_SECONDS = 10.0


class Progress:
    """Counts calls as they end; `done` is called on the event loop's thread."""

    def __init__(self, name: str, total: int, cached: int) -> None:
        self._name, self._total, self._cached = name, total, cached
        self._asked = self._bad = 0
        self._usd = 0.0
        self._started = self._said_at = time.monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> Progress:
        console = Console(stderr=True)
        if console.is_terminal and self._total > self._cached:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[said]}"),
                TimeRemainingColumn(),
                console=console,
            )
            self._task = self._bar.add_task(
                self._name, total=self._total, completed=self._cached, said=""
            )
            self._bar.start()
        return self

    def add(self, calls: int) -> None:
        """Count calls that became necessary on the way."""
        self._total += calls
        if self._bar is not None:
            self._bar.update(self._task, total=self._total)

    def done(self, call: Call) -> None:
        """Count a call that ended."""
        self._asked += 1
        self._bad += call.status not in GOOD
        self._usd += call.spent.cost_usd
        now = time.monotonic()
        if self._bar is not None:
            if now - self._said_at > 0.2 or self._asked == self._total - self._cached:
                self._said_at = now
                done = self._cached + self._asked
                self._bar.update(self._task, completed=done, said=self._said(now))
        elif now - self._said_at > LINE_SECONDS:
            self._said_at = now
            self._line(now)

    def _said(self, now: float) -> str:
        rate = self._asked / max(now - self._started, 1e-9)
        return f"{self._cached} cached, {self._bad} bad, {rate:.1f} calls/s, ${self._usd:.4f}"

    def _line(self, now: float) -> None:
        done = self._cached + self._asked
        sys.stderr.write(f"{self._name}: {done} of {self._total} ({self._said(now)})\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._total and not is_quiet():
            self._line(time.monotonic())
