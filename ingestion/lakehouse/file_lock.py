"""One process at a time: an advisory lock on a file that says who holds it and since when."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class Locked(RuntimeError):
    """Another process holds the lock; the message says which and since when."""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until nobody else is at work in a folder, and keep others waiting for the block."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


@contextmanager
def exclusive(path: Path, what: str) -> Iterator[None]:
    """Hold a lock while the block runs; the system frees it when the process ends, however.

    Raises:
        Locked: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            holder = stream.read().strip() or "another process"
            raise Locked(
                f"{what} is locked by {holder}. Wait for it to finish, or end that process."
            ) from None
        stream.truncate(0)
        stream.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        stream.flush()
        yield
        stream.truncate(0)


def is_held(path: Path) -> bool:
    """Say whether the process that took an `exclusive` lock goes on; the lock is not touched.

    Who tried it, for however short, would turn away a process that begins just then.
    """
    try:
        found = re.match(r"process (\d+) ", path.read_text())
        if found is None:
            return False  # nobody took it, or who did has ended
        os.kill(int(found[1]), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:  # it is another user's
        return True
    return True
