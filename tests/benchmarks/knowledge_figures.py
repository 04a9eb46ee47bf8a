"""Figures of the benchmark of knowledge, and the two clocks they are taken by."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure and what it has to reach."""

    measure: str
    value: float
    reach: str = "-"
    is_met: bool = True


@dataclass
class Took:
    """Seconds by both clocks."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def taking() -> Iterator[Took]:
    """Measure a block, with the processes that it waits for."""
    took, began, before = Took(), time.monotonic(), _cpu()
    yield took
    took.wall, took.cpu = time.monotonic() - began, _cpu() - before


def _cpu() -> float:
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)
