"""A full disk says where it is full, how much is free there and how much is needed."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_HARDLY_ANY = 256 * 1024  # bytes: less than SQLite's file of shared memory and a page of its log
# the last is DuckDB's when what it spills would fill the disk
_WORDS = (
    "no space left", "disk is full", "file too large", "quota exceeded",
    "failed to offload data block",
)  # fmt: skip


class DiskFull(OSError):
    """There is no room; the message says where and how much is needed."""


def is_full(error: BaseException, folder: Path | None = None) -> bool:
    """Say whether an error of Python, SQLite, DuckDB or Arrow means that there was no room.

    SQLite calls it an I/O error where it could not even make the file beside its log: in a folder
    without room that is what it means.
    """
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    said = str(error).lower()
    if folder and "disk i/o error" in said:
        return shutil.disk_usage(folder).free < _HARDLY_ANY
    return any(word in said for word in _WORDS)


def no_room(folder: Path, what: str, needed_bytes: int) -> str:
    """Return what a person is told; of a folder that is not there yet, by the one it will be in."""
    folder = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(folder).free / 1e6
    needed = -(-needed_bytes // 1_000_000)
    return (
        f"The disk is full: {what} needs about {needed:,} MB at {folder}, where "
        f"{free:,.1f} MB are free. Make room there and run it again: what was committed stays, "
        "nothing needs cleaning up."
    )


@contextmanager
def room(folder: Path, what: str, needed_bytes: Callable[[], int]) -> Iterator[None]:
    """Tell a full disk from other errors of a block that writes into a folder.

    Raises:
        DiskFull: there was no room; any other error stays as it is.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, DiskFull) or not is_full(error, folder):
            raise
        raise DiskFull(no_room(folder, what, needed_bytes())) from error
