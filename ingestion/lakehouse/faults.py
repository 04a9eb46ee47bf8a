"""Named points at which a test may kill the process, to prove that the next run mends it."""

from __future__ import annotations

import os
import time

_passed: dict[str, int] = {}


def fault(point: str) -> None:
    """Die here when `FAULT=point` or `FAULT=point:n` (the n-th pass) is set; else do nothing."""
    wanted = os.environ.get("FAULT")
    if not wanted:
        return
    name, _, number = wanted.partition(":")
    if name not in (point, "*"):
        return
    key = name  # `*:n` counts every point passed, whatever its name
    passed = _passed[key] = _passed.get(key, 0) + 1  # other threads pass points too
    if passed == int(number or 1):
        os._exit(137)


def poison(path: str) -> None:
    """Die while reading a file whose name ends as `FAULT_FILE` says, or hang (`FAULT_HANG`)."""
    ending, hanging = os.environ.get("FAULT_FILE"), os.environ.get("FAULT_HANG")
    if ending and path.endswith(ending):
        os._exit(139)
    if hanging and path.endswith(hanging):
        time.sleep(3600)
