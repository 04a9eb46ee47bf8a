"""Processes that end with the one that started them, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from ingestion.lakehouse.settings import SettingsError


class Follower:
    """A server started from here; it says on its first line where it listens."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        descriptors: Sequence[int] = (),
    ) -> None:
        """Start it, and wait until it listens.

        Args:
            name: what it is, for a person.
            arguments: of Python, such as `-m` and a module that calls `end_with_input`.
            environment: added to this process's.
            descriptors: handed down to it.

        Raises:
            SettingsError: it ended before it listened.
        """
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(descriptors),
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise SettingsError(f"{name} did not start: exit code {self.process.wait()}")

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

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
