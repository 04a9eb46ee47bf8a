"""Processes known by id *and* start time: an id that was given anew is another process."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from python_models.llm.ledger.records import process_started


@dataclass(frozen=True)
class Known:
    """A process as it was written down; `started` is empty where nobody could say."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Say whether this very process still runs; one that only waits to be reaped does not."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        is_zombie = stat.rpartition(")")[2].split()[0] == "Z"
        return not is_zombie and process_started(self.pid) == self.started

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to it and all it started; nothing happens when it is gone."""
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def known(pid: int) -> Known:
    """Return how a process that runs now is written down."""
    return Known(pid, process_started(pid))
