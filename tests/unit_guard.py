"""Holds unit tests to their word: while one runs, a process or a server that is started raises.

An audit hook sees what Python does itself; it cannot be taken off again, so it looks whether a
unit test is running.
"""

from __future__ import annotations

import multiprocessing.util
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SPAWNED = "tests.multiprocessing.spawn"  # Python tells of no event of its own
FORBIDDEN = {
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.exec": "becomes another program",
    _SPAWNED: "starts a process",
    "socket.bind": "opens a server",
    "socket.connect": "asks a server",
}
_running: list[str] = []


class NotAUnitTest(BaseException):
    """A test marked `unit` does what such a test does not do; code under test cannot catch it."""


def running() -> str | None:
    """Return the name of the unit test that is running."""
    return _running[-1] if _running else None


@contextmanager
def watching(name: str) -> Iterator[None]:
    """Let nothing be started while the block runs."""
    _running.append(name)
    try:
        yield
    finally:
        _running.pop()


def _see(event: str, _arguments: tuple[Any, ...]) -> None:
    if _running and event in FORBIDDEN:
        raise NotAUnitTest(
            f"{running()} {FORBIDDEN[event]} ({event}): take its file off UNIT in "
            "tests/conftest.py, or mark the test `slow`"
        )


def install() -> None:
    """Listen from now on, once a process."""
    spawn = multiprocessing.util.spawnv_passfds
    if getattr(spawn, "is_told", False):
        return

    def told(*arguments: Any) -> Any:
        sys.audit(_SPAWNED)
        return spawn(*arguments)

    platform.platform()  # Python asks `uname` once a process, at the first request of a client
    told.is_told = True  # type: ignore[attr-defined]
    multiprocessing.util.spawnv_passfds = told
    sys.addaudithook(_see)
