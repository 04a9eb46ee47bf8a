"""Runs the same tests again and again in forks of a process that has their libraries imported.

Of what a test of ours takes, nine tenths are imports of libraries, which no change of ours
touches. What is ours is imported in the fork: it is read anew each time.

`warm.py SOCKET TEST...` listens and says `ready` (or fails, when the tests do); `warm.py SOCKET`
asks it to run them once, and ends as they end. Asking needs the standard library alone.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path

FAILED = 1


def ask(address: str) -> int:
    """Have the tests run once; returns how pytest ended."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(address)
        code = asking.recv(1)
    return code[0] if code else FAILED


def serve(address: str, tests: list[str]) -> int:
    """Run the tests once for everybody who asks; returns 1 when they fail before anything does."""
    sys.dont_write_bytecode = True  # changes may come too fast for what was compiled before
    with tempfile.NamedTemporaryFile("r") as names:
        if os.waitstatus_to_exitcode(os.waitpid(_forked(tests, names.name), 0)[1]):
            return FAILED
        for name in names.read().split():
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001  the tests import it themselves, or go without
                continue
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            asking, _ = listening.accept()
            with asking:
                code = _awaited(_forked(tests), asking)
                if code is not None:
                    asking.sendall(bytes([code]))


def _forked(tests: list[str], names: str | None = None) -> int:
    """Run the tests in a fork, which may say what libraries they imported; returns its id."""
    child = os.fork()
    if child:
        return child
    code = FAILED
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        import pytest

        code = int(pytest.main(tests))
        if names:
            Path(names).write_text(" ".join(_libraries()))
    finally:
        os._exit(code)


def _libraries() -> list[str]:
    found = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items()]
    return [name for name, file in found if file and "site-packages" in file]


def _awaited(child: int, asking: socket.socket) -> int | None:
    """Return how a fork ended; none where whoever asked is gone, and the fork with them."""
    ended = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([ended, asking], [], [])
        if ended not in ready:
            os.killpg(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(ended)
    return (code if code >= 0 else FAILED) if ended in ready else None


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1], sys.argv[2:]) if sys.argv[2:] else ask(sys.argv[1]))
