"""The process that reads delivered files: apart from the one that commits, so that a file that
crashes a reader, or eats its memory, ends this process only.

Speaks JSON lines: jobs come in on stdin, one answer for each goes out on stdout. What a file
holds, the domain's reader knows: a function `(ReaderContext, Job) -> FileRead`, named on the
command line.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from ingestion.lakehouse.faults import poison
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.rejecting import (
    Provenance,
    Reject,
    Unreadable,
    content_hash,
    write_rejects,
)

# the process that raised it is of no use any more
BROKEN = (
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    BrokenProcessPool,
)
if TYPE_CHECKING:
    from pydantic import BaseModel

Declaration = TypeVar("Declaration", bound="BaseModel")
PARQUET = "(format parquet, compression snappy, row_group_size 122880)"


@dataclass
class ReaderContext:
    """What readers share: one DuckDB (a cursor for each file), and how many read at once."""

    connection: duckdb.DuckDBPyConnection
    threads: int
    scratch: Path
    guard: threading.Lock = field(default_factory=threading.Lock)
    kept: dict[str, Any] = field(default_factory=dict)  # what a reader keeps between files
    closing: ExitStack = field(default_factory=ExitStack)  # what it opened, closed at the end
    # says how far a file is: its job's number, rows and bytes read so far
    tell: Callable[[int, int, int], None] = field(default=lambda *_: None)

    def declaration(self, job: Job, kind: type[Declaration]) -> Declaration:
        """Return the declaration a job came with; those of one text are read once."""
        if job.declaration not in self.kept:
            self.kept[job.declaration] = kind.model_validate_json(job.declaration)
        known: Declaration = self.kept[job.declaration]
        return known


@dataclass(frozen=True)
class Job:
    """One file to read, whose content the lake does not have."""

    number: int
    role: str
    path: Path  # where it lies now
    part: str  # its address below the first wildcard
    origin: Provenance
    scratch: Path  # folder for Parquet parts; `*.parquet` there goes when the file is refused
    declaration: str  # JSON
    asked: dict[str, Any]  # what the domain's source gave with it


@dataclass
class FileRead:
    """What became of a file: as many rows come in as are accepted and refused."""

    rows_in: int = 0
    rows_accepted: int = 0
    rejects: list[Reject] = field(default_factory=list)
    parts: list[tuple[str, str, int]] = field(default_factory=list)  # (table, Parquet file, rows)
    notes: dict[str, Any] = field(default_factory=dict)  # for the domain's source; plain JSON
    cells: list[Reject] = field(default_factory=list)  # single values of rows that are accepted


class Reader:
    """Answers jobs; threads share it."""

    def __init__(
        self, read: Callable[[ReaderContext, Job], FileRead], context: ReaderContext
    ) -> None:
        self.read, self.context = read, context
        self.known: set[tuple[str, str]] = set()
        self.open_jobs = 0

    def answer(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job; whatever goes wrong with a file is an answer, not an error."""
        started = time.monotonic()
        if job["do"] == "merge":
            result = self._merge(job)
        elif job["do"] == "know":
            self.known.update((source, known) for source, known in job["hashes"])
            result = {}
        else:
            result = self._file(job)
        return {"id": job["id"], "seconds": time.monotonic() - started} | result

    def expect(self, change: int) -> None:
        """Note that a job came or went; DuckDB gets all threads when there is one job only.

        With a thread of its own for each file, the same work takes a fifth less CPU.
        """
        with self.context.guard:
            before, self.open_jobs = self.open_jobs > 1, self.open_jobs + change
            if before != (self.open_jobs > 1):
                lanes = 1 if self.open_jobs > 1 else self.context.threads
                self.context.connection.execute(f"set threads = {lanes}")

    def _file(self, job: dict[str, Any]) -> dict[str, Any]:
        path, scratch = Path(job["path"]), Path(job["scratch"])
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            if not (path.is_file() or path.is_dir()):
                return {"status": "absent", "reason": absence(path)}
            file_hash, size = content_hash(path)
        except OSError as error:
            return {"status": "absent", "reason": f"it cannot be opened: {error.strerror}"}
        base = {"hash": file_hash, "bytes": size}
        with self.context.guard:
            is_newest = job.get("newest") in (None, file_hash)
            if (job["source"], file_hash) in self.known and is_newest:
                return base | {"status": "duplicate"}
            self.known.add((job["source"], file_hash))
        poison(job["source_file"])
        origin = Provenance(job["load_id"], job["source"], job["source_file"], file_hash)
        asked = Job(
            job["id"], job["role"], path, job["part"], origin, scratch,
            job["declaration"], job["asked"],
        )  # fmt: skip
        try:
            found = self._read(asked)
            status = "loaded"
        except Exception as error:  # noqa: BLE001  whatever a file does is that file's reject
            found = refused(error, path)
            for part in scratch.glob("*.parquet"):
                part.unlink()
            status = "rejected"
        target = scratch / "rejects.parquet"
        written = write_rejects([*found.rejects, *found.cells], target, origin)
        if written:
            found.parts.append(("rejects", str(target), written))
        return base | {"status": status} | _told_of(found)

    def _read(self, job: Job) -> FileRead:
        found = self.read(self.context, job)
        if found.rows_in != found.rows_accepted + len(found.rejects):
            raise Unreadable(
                "count_mismatch",
                f"{found.rows_in} rows gave {found.rows_accepted} accepted and "
                f"{len(found.rejects)} rejected; the file is not loaded",
            )
        return found

    def _merge(self, job: dict[str, Any]) -> dict[str, Any]:
        """Write many small Parquet files of one table as one, in the table's order."""
        files = ", ".join(_quoted(path) for path in job["paths"])
        order = f" order by {job['order']}" if job["order"] else ""
        self.context.connection.cursor().execute(
            f"copy (select * from read_parquet([{files}]){order}) "
            f"to {_quoted(job['target'])} {PARQUET}"
        )
        for path in job["paths"]:
            Path(path).unlink()
        return {}


def _told_of(found: FileRead) -> dict[str, Any]:
    return {
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


def _quoted(text: str) -> str:
    return literal(text)


def _reader(name: str, threads: int, memory_limit: str, scratch: Path) -> Reader:
    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": str(scratch / "spill"),
            "autoinstall_known_extensions": False,
        }
    )
    connection.execute("set global TimeZone = 'UTC'")
    module, _, function = name.partition(":")
    read = getattr(importlib.import_module(module), function)
    return Reader(read, ReaderContext(connection, threads, scratch))


def main() -> None:
    """Answer jobs until stdin ends."""
    name, threads, memory_limit, scratch = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    reader = _reader(name, threads, memory_limit, Path(scratch))
    write = threading.Lock()

    def tell(number: int, rows: int, byte_count: int) -> None:
        put({"id": number, "rows_so_far": rows, "bytes_so_far": byte_count})

    def put(answer: dict[str, Any]) -> None:
        with write:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

    reader.context.tell = tell

    def work(line: str) -> None:
        job = json.loads(line)
        try:
            answer = reader.answer(job)
        except (*BROKEN, MemoryError):
            os._exit(70)  # the reader is of no use any more; the landing finds the file that did it
        except Exception as error:  # noqa: BLE001  the landing reports it and stops
            answer = {"id": job["id"], "error": f"{type(error).__name__}: {error}"}
        reader.expect(-1)
        put(answer)

    def submit(line: str) -> Future[None]:
        reader.expect(1)
        return pool.submit(work, line)

    with reader.context.closing, ThreadPoolExecutor(max_workers=threads) as pool:
        pending = [submit(line) for line in sys.stdin]
        for future in pending:
            future.result()


if __name__ == "__main__":
    main()
