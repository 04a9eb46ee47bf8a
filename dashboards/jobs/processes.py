"""Processes known by id *and* start time: an id that was given anew is another process."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass

import psutil

from python_models.llm.ledger.records import process_started


@dataclass(frozen=True)
class Known:
    """A process as it was written down; `started` is empty where nobody could say."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Say whether this very process still runs; one that only waits to be reaped does not."""
        try:
            status = psutil.Process(self.pid).status()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        return status != psutil.STATUS_ZOMBIE and process_started(self.pid) == self.started

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to it and all it started; nothing happens when it is gone."""
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)


def known(pid: int) -> Known:
    """Return how a process that runs now is written down."""
    return Known(pid, process_started(pid))
