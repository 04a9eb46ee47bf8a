"""Processes that end with the one that started them, however it ends."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

from ingestion.lakehouse.settings import SettingsError

_LONGEST_LINE = 4096


class Follower:
    """A server started from here; it says on its first line where it listens."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        descriptors: Sequence[int] = (),
        *,
        wait_s: float = 300,
    ) -> None:
        """Start it, and wait until it listens.

        Args:
            name: what it is, for a person.
            arguments: of Python, such as `-m` and a module that calls `end_with_input`.
            environment: added to this process's.
            descriptors: handed down to it.
            wait_s: seconds it may take until it listens.

        Raises:
            SettingsError: it ended before it listened, or said nothing for that long; it is ended.
        """
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(descriptors),
        )
        line = self._first_line(wait_s)
        if line is None:
            self.end()
            raise SettingsError(
                f"{name} did not say within {wait_s:g} seconds where it listens, and was ended. "
                "`make resume` starts it again; what it says of itself stands above."
            )
        self.address = line
        if not self.address:
            raise SettingsError(f"{name} did not start: exit code {self.process.wait()}")

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    def _first_line(self, wait_s: float) -> str | None:
        """Return what it said first: nothing when it ended, None when it was silent too long."""
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        until = time.monotonic() + wait_s
        said = b""
        while b"\n" not in said and len(said) < _LONGEST_LINE:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                return None
            piece = os.read(descriptor, _LONGEST_LINE)
            if not piece:
                break
            said += piece
        return said.partition(b"\n")[0].decode(errors="replace").strip()

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def end_with_input() -> None:
    """End this process when its standard input does: whoever holds the other end has ended."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)
