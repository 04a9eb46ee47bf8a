"""One build at a time in a lake: an advisory lock whose file says who holds it and since when.

The kernel gives the lock back when its holder dies, however it dies; the text in the file is
only for people. Readers of released data take no lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings

# a look at the holder takes the lock shared for an instant: whoever wants it tries again
_GRACE_SECONDS = 0.3
_PAUSE_SECONDS = 0.05
# a command that holds the lock lends it to the processes it starts: the number of a descriptor
LENT = "SLUICE_LOCK_DESCRIPTOR"


class LakeLocked(RuntimeError):
    """Another process builds in this lake; the message says who, since when and what to do."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lock, as they wrote it themselves."""

    pid: int
    host: str
    command: str
    since: str

    def age_seconds(self) -> float:
        """Return for how long the lock has been held."""
        return (datetime.now(UTC) - datetime.fromisoformat(self.since)).total_seconds()


@dataclass
class _Held:
    descriptor: int
    owner_pid: int
    depth: int = 1
    is_lent: bool = False


_held: dict[Path, _Held] = {}


def acquire(wait_seconds: float | None = None, command: str | None = None) -> None:
    """Take the lock of the lake in force, or wait for it.

    A process that holds it already goes on at once and has to release it once more.

    Args:
        wait_seconds: how long to wait; SLUICE_LOCK_WAIT_SECONDS when not given.
        command: what the holder is doing, for whoever has to wait.

    Raises:
        LakeLocked: it is still held after the wait.
    """
    path = lake().lock
    held = _held.get(path)
    if held and held.owner_pid == os.getpid():
        held.depth += 1
        return
    if (lent := _lent(path)) is not None:
        _held[path] = _Held(lent, os.getpid(), is_lent=True)
        return
    wait = settings().sluice_lock_wait_seconds if wait_seconds is None else wait_seconds
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + max(wait, _GRACE_SECONDS)
    while not _try_lock(descriptor):
        if time.monotonic() > deadline:
            os.close(descriptor)
            raise LakeLocked(_message(path, holder()))
        time.sleep(_PAUSE_SECONDS)
    _write_holder(descriptor, command or _command_line())
    _held[path] = _Held(descriptor, os.getpid())


def release() -> None:
    """Give back what one `acquire` took; nothing happens when this process holds nothing."""
    path = lake().lock
    held = _held.get(path)
    if held is None or held.owner_pid != os.getpid():
        return
    held.depth -= 1
    if held.depth == 0 and held.is_lent:
        del _held[path]  # whoever lent it gives it back
    elif held.depth == 0:
        os.ftruncate(held.descriptor, 0)
        os.close(held.descriptor)
        del _held[path]


def lent() -> tuple[dict[str, str], tuple[int, ...]]:
    """Return variable and descriptors that lend the lock this process holds to one it starts.

    The kernel takes it as held until the last of them has ended. Nothing when none is held.
    """
    held = _held.get(lake().lock)
    if held is None or held.owner_pid != os.getpid():
        return {}, ()
    return {LENT: str(held.descriptor)}, (held.descriptor,)


@contextmanager
def build_lock(command: str | None = None) -> Iterator[None]:
    """Hold the lock of the lake for a block."""
    acquire(command=command)
    try:
        yield
    finally:
        release()


def wait_until_free() -> None:
    """Wait, for as long as `acquire` does, until no other process holds the lock; take nothing.

    Raises:
        LakeLocked: it is still held after the wait.
    """
    deadline = time.monotonic() + max(settings().sluice_lock_wait_seconds, _GRACE_SECONDS)
    while not is_held_here() and (found := holder()):
        if time.monotonic() > deadline:
            raise LakeLocked(_message(lake().lock, found))
        time.sleep(_PAUSE_SECONDS)


def is_held_here() -> bool:
    """Say whether this very process holds the lock."""
    held = _held.get(lake().lock)
    return held is not None and held.owner_pid == os.getpid()


def holder() -> Holder | None:
    """Return who holds the lock of the lake now, or None when it is free."""
    path = lake().lock
    if not path.exists():
        return None
    descriptor = os.open(path, os.O_RDWR)
    try:
        if not is_held_here() and _try_lock(descriptor, fcntl.LOCK_SH):
            return None
        return Holder(**json.loads(os.read(descriptor, 4096)))
    except (ValueError, TypeError):
        # between taking the lock and writing the text there is an instant without text
        return Holder(pid=0, host="?", command="?", since=datetime.now(UTC).isoformat())
    finally:
        os.close(descriptor)


def _lent(path: Path) -> int | None:
    """Return the descriptor of this very lock that whoever started this process lent it."""
    try:
        descriptor = int(os.environ.get(LENT, ""))
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (ValueError, OSError):
        pass
    return None


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_holder(descriptor: int, command: str) -> None:
    mine = Holder(os.getpid(), socket.gethostname(), command, _now())
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(mine)).encode(), 0)


def _command_line() -> str:
    # arguments may carry variables a person typed; the first ones say what runs
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:4]]).strip()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _message(path: Path, found: Holder | None) -> str:
    if found is None:
        return f"The lake {path.parent} was locked a moment ago; try again."
    return (
        f"The lake {path.parent} is in use by process {found.pid} on {found.host} "
        f"(`{found.command}`) since {found.since} ({found.age_seconds():.0f} s). "
        "Wait for it to end, or let this command wait with SLUICE_LOCK_WAIT_SECONDS=600, "
        f"or end that process with `kill {found.pid}`: nothing needs cleaning up afterwards."
    )
