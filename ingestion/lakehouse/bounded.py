"""Run functions in a child process that may take so much time and memory, and no more.

For work whose cost somebody else decides, such as filling a template that came in a file: whatever
it does, the caller gets an error within the time, and the next call a fresh process. The child
speaks JSON lines: a call comes in on stdin, its value or its error goes out on stdout.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_BLOCK = 1 << 20
_GRACE_SECONDS = 1.0  # for what the child's own clock cannot interrupt


class Exceeded(RuntimeError):
    """The call took more time or memory than it may; the message says which."""


class Raised(RuntimeError):
    """The call raised; the message is the error's type and text."""


class BoundedProcess:
    """One child for many calls, begun with the first and again after one that exceeded.

    Args:
        seconds: what a call may take; the child's start is not counted.
        memory_bytes: address space of the child, its code included.
    """

    def __init__(self, seconds: float, memory_bytes: int = 1 << 30) -> None:
        self.seconds, self.memory_bytes = seconds, memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._turn = threading.Lock()

    def call(self, function: str, *arguments: Any) -> Any:
        """Call `package.module:function` with arguments of plain JSON; returns its JSON value.

        Raises:
            Exceeded: it took too long or too much memory.
            Raised: it raised anything else.
        """
        line = json.dumps([function, arguments]).encode() + b"\n"
        with self._turn:
            answer = self._asked(line)
        if "value" in answer:
            return answer["value"]
        if answer["kind"] in ("MemoryError", "TimeoutError"):
            self.stop()
            raise Exceeded(self._limit(answer["kind"] == "MemoryError"))
        raise Raised(f"{answer['kind']}: {answer['error']}")

    def stop(self) -> None:
        """End the child, if there is one."""
        process, self._process, self._rest = self._process, None, b""
        if process is not None:
            process.kill()
            process.communicate()

    def _limit(self, is_memory: bool) -> str:
        return (
            f"it takes more than {self.memory_bytes >> 20} MB of memory"
            if is_memory
            else f"it takes longer than {self.seconds:g} seconds"
        )

    def _asked(self, line: bytes) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            found = self._line(time.monotonic() + 2 * self.seconds + _GRACE_SECONDS)
        except BrokenPipeError:
            found = b""
        if found:
            answer: dict[str, Any] = json.loads(found)
            return answer
        is_hanging = process.poll() is None and found is None
        self.stop()
        # a child that the system ended had eaten what there was
        return {"kind": "TimeoutError" if is_hanging else "MemoryError", "error": ""}

    def _line(self, deadline: float) -> bytes | None:
        """Return what the child says, nothing when it ended, None when it is silent too long."""
        assert self._process is not None and self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            block = os.read(descriptor, _BLOCK)
            if not block:
                return b""
            self._rest += block
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._rest = b""
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(self.seconds), str(self.memory_bytes)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            if not self._line(time.monotonic() + 60):
                raise RuntimeError("the process that fills templates does not start")
        return self._process


def _expired(*_: Any) -> None:
    raise TimeoutError


def _answer(line: str, seconds: float) -> dict[str, Any]:
    function, arguments = json.loads(line)
    module, _, name = function.partition(":")
    called = getattr(importlib.import_module(module), name)  # our code: its time does not count
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return {"value": called(*arguments)}
    except Exception as error:  # noqa: BLE001  told to the caller
        signal.setitimer(signal.ITIMER_REAL, 0)
        return {"kind": type(error).__name__, "error": str(error)[:2000]}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Answer calls until stdin ends."""
    seconds, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGALRM, _expired)
    with contextlib.suppress(KeyboardInterrupt):
        put = sys.stdout
        sys.stdout = sys.stderr  # what a call prints is no answer
        put.write("{}\n")
        put.flush()
        for line in sys.stdin:
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            put.write(json.dumps(_answer(line, seconds)) + "\n")
            put.flush()


if __name__ == "__main__":
    main()
