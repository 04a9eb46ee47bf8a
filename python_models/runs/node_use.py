"""What each node of a build takes: memory, CPU, bytes read and written, bytes spilled.

Nodes run side by side in one process, and the kernel counts by process. What adds up (CPU,
bytes) is split evenly between the nodes that run at that moment, so that the nodes of a build
sum up to what the process took while they ran. Peaks (memory, spilled) are the process's own
while the node ran: two nodes that ran together have the same one.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from ingestion.lakehouse.process_use import Counters, counters, memory

_EVERY_SECONDS = 0.05  # memory that was let go and files that were spilled must be seen in time


@dataclass
class NodeUse:
    """What one node took so far; None where the kernel does not say."""

    peak_memory_bytes: int | None = None
    cpu_seconds: float = 0.0
    bytes_read: float | None = None
    bytes_written: float | None = None
    bytes_spilled: int = 0

    def columns(self) -> dict[str, float | int | None]:
        """Return it as the journal has it."""
        return {
            "peak_memory_bytes": self.peak_memory_bytes,
            "cpu_seconds": round(self.cpu_seconds, 3),
            "bytes_read": _whole(self.bytes_read),
            "bytes_written": _whole(self.bytes_written),
            "bytes_spilled": self.bytes_spilled,
        }


class Meter:
    """Follows the nodes that run; its methods may be called from any thread."""

    def __init__(self, spill: Path) -> None:
        """`spill` is the folder DuckDB writes to when memory is short."""
        self._spill = spill
        self._running: dict[str, NodeUse] = {}
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._last = counters()
        self._most = (memory() or (0, 0))[1]

    def follow(self) -> None:
        """Look at memory and spilled files by itself from now on, until `stop`."""
        threading.Thread(target=self._watch, name="node-use", daemon=True).start()

    def stop(self) -> None:
        """End looking."""
        self._is_over.set()

    def begin(self, node: str) -> None:
        """A node starts."""
        with self._guard:
            self._account()
            self._running[node] = NodeUse()
            self._look()

    def end(self, node: str) -> NodeUse | None:
        """Return what a node took, which has ended; None for one that never began."""
        with self._guard:
            self._account()
            self._look()
            return self._running.pop(node, None)

    def look(self) -> None:
        """Look at memory and spilled files once."""
        with self._guard:
            self._look()

    def _watch(self) -> None:
        while not self._is_over.wait(_EVERY_SECONDS):
            self.look()

    def _account(self) -> None:
        """Split what was counted since the last time between the nodes that ran meanwhile."""
        now, last = counters(), self._last
        self._last = now
        for use in self._running.values():
            use.cpu_seconds += (now.cpu_seconds - last.cpu_seconds) / len(self._running)
            use.bytes_read = self._share(use.bytes_read, "bytes_read", last, now)
            use.bytes_written = self._share(use.bytes_written, "bytes_written", last, now)

    def _share(self, known: float | None, name: str, last: Counters, now: Counters) -> float | None:
        before, after = getattr(last, name), getattr(now, name)
        if before is None or after is None:
            return known
        return (known or 0.0) + (after - before) / len(self._running)

    def _look(self) -> None:
        if not self._running:
            self._most = (memory() or (0, self._most))[1]
            return
        seen, spilled = memory(), _bytes_in(self._spill)
        if seen is not None:
            # a peak between two looks is seen when it is the highest the process ever had
            resident, most = seen
            peak = most if most > self._most else resident
            self._most = most
        for use in self._running.values():
            if seen is not None:
                use.peak_memory_bytes = max(peak, use.peak_memory_bytes or 0)
            use.bytes_spilled = max(spilled, use.bytes_spilled)


def _bytes_in(folder: Path) -> int:
    """Return how many bytes the files of a folder have; they may go away meanwhile."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
    except OSError:
        return 0
    return total


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
