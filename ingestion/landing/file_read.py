"""What became of a file that was read, or could not be."""

from __future__ import annotations

import errno
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingestion.landing.rejecting import Reject, Unreadable

# the process that raised it is of no use any more
BROKEN = (
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    BrokenProcessPool,
)


@dataclass
class FileRead:
    """What became of a file: as many rows come in as are accepted and refused."""

    rows_in: int = 0
    rows_accepted: int = 0
    rejects: list[Reject] = field(default_factory=list)
    parts: list[tuple[str, str, int]] = field(default_factory=list)  # (table, Parquet file, rows)
    notes: dict[str, Any] = field(default_factory=dict)  # for the domain's source; plain JSON
    cells: list[Reject] = field(default_factory=list)  # single values of rows that are accepted


def told_of(found: FileRead, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "rows_in": found.rows_in,
        "rows_accepted": found.rows_accepted,
        "rows_rejected": len(found.rejects),
        "cells_rejected": len(found.cells),
        "parts": found.parts,
        "notes": found.notes,
        "reason": _first_refusal([*found.rejects, *found.cells]),
    }


def _first_refusal(rejects: list[Reject]) -> str | None:
    """Say what was wrong first, and on which line."""
    if not rejects:
        return None
    line = rejects[0].line_number
    return f"{'' if line is None else f'line {line}: '}{rejects[0].error}"


def refused(error: Exception, path: Path) -> FileRead:
    """Return what becomes of a file whose reading raised; what is not its fault is raised again.

    A full disk and a reader that is broken for all files stop the reading: the file is good. Where
    memory runs out, the landing asks for the file again, alone.
    """
    if isinstance(error, (*BROKEN, MemoryError)) or _is_of_the_machine(error, path):
        raise error
    reason = error.reason if isinstance(error, Unreadable) else "reader_failed"
    text = str(error) if isinstance(error, Unreadable) else f"{type(error).__name__}: {error}"
    return FileRead(rows_in=1, rejects=[Reject(None, None, reason, text, None)])


def _is_of_the_machine(error: Exception, path: Path) -> bool:
    text = str(error)
    if "No space left" in text:
        return True
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EROFS)
    # DuckDB could not write, or could not read something else than the file
    return isinstance(error, duckdb.IOException) and path.name not in text


def absence(path: Path) -> str:
    """Return why there is nothing to read at a path."""
    if path.is_symlink() and not path.exists():
        return "the link points to nothing"
    if path.exists():
        return "it is no regular file (a pipe, socket or device)"
    return "it is not there any more"
