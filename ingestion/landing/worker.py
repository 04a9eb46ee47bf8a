"""The process that reads delivered files: apart from the one that commits, so that a file that
crashes a reader, or eats its memory, ends this process only.

Speaks JSON lines: jobs come in on stdin, one answer for each goes out on stdout. What a file
holds, the domain's reader knows: a function `(ReaderContext, Job) -> FileRead`, named on the
command line; `read_batch` beside it may read many together.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from ingestion.lakehouse.faults import poison
from ingestion.lakehouse.sql_text import literal
from ingestion.landing.file_read import BROKEN, absence, refused, told_of
from ingestion.landing.file_read import FileRead as FileRead
from ingestion.landing.rejecting import Provenance, Unreadable, content_hash, write_rejects

if TYPE_CHECKING:
    from pydantic import BaseModel

Declaration = TypeVar("Declaration", bound="BaseModel")
PARQUET = "(format parquet, compression snappy, row_group_size 122880, write_bloom_filter false)"


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


Read = Callable[[ReaderContext, Job], FileRead]
# gives an answer to those jobs that could be done together
ReadBatch = Callable[[ReaderContext, list[Job]], dict[int, FileRead]]


class Reader:
    """Answers jobs; threads share it."""

    def __init__(
        self, read: Read, context: ReaderContext, read_batch: ReadBatch | None = None
    ) -> None:
        self.read, self.read_batch, self.context = read, read_batch, context
        self.known: set[tuple[str, str]] = set()
        self.open_jobs = 0

    def answer(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job; whatever goes wrong with a file is an answer, not an error.

        That of several files has an answer for each: none counts before all are read.
        """
        started = time.monotonic()
        if job["do"] == "merge":
            result = self._merge(job)
        elif job["do"] == "know":
            self.known.update((source, known) for source, known in job["hashes"])
            result = {}
        else:
            result = {"answers": self._files(job["files"])}
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

    def _files(self, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Read the files of one declaration, together where that is possible."""
        started = time.monotonic()
        begun = [self._begun(job) for job in jobs]
        new = [job for job, _ in begun if job]
        together = self._together(new)
        found = {
            job.number: (together[job.number], "loaded")
            if job.number in together
            else self._alone(job)
            for job in new
        }
        told = [
            (job.origin, reject)
            for job in new
            for reject in (*found[job.number][0].rejects, *found[job.number][0].cells)
        ]
        if told:
            target = new[0].scratch / "rejects.parquet"
            written = write_rejects(told, target)
            found[new[0].number][0].parts.append(("rejects", str(target), written))
        seconds = (time.monotonic() - started) / len(jobs)
        return [
            {"id": given["id"], "seconds": seconds} | base
            | (told_of(*found[job.number]) if job else {})
            for given, (job, base) in zip(jobs, begun, strict=True)
        ]  # fmt: skip

    def _begun(self, job: dict[str, Any]) -> tuple[Job | None, dict[str, Any]]:
        """Look at a file; returns it if it has to be read, and what is known of it."""
        path, scratch = Path(job["path"]), Path(job["scratch"])
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            if not (path.is_file() or path.is_dir()):
                return None, {"status": "absent", "reason": absence(path)}
            file_hash, size = content_hash(path)
        except OSError as error:
            reason = f"it cannot be opened: {error.strerror}"
            return None, {"status": "absent", "reason": reason}
        base = {"hash": file_hash, "bytes": size}
        with self.context.guard:
            is_newest = job.get("newest") in (None, file_hash)
            if (job["source"], file_hash) in self.known and is_newest:
                return None, base | {"status": "duplicate"}
            self.known.add((job["source"], file_hash))
        poison(job["source_file"])
        origin = Provenance(job["load_id"], job["source"], job["source_file"], file_hash)
        asked = Job(
            job["id"], job["role"], path, job["part"], origin, scratch,
            job["declaration"], job["asked"],
        )  # fmt: skip
        return asked, base

    def _together(self, jobs: list[Job]) -> dict[int, FileRead]:
        """Read files together; those that cannot be are not among the answers."""
        if len(jobs) < 2 or self.read_batch is None:
            return {}
        try:
            found = self.read_batch(self.context, jobs)
        except (*BROKEN, MemoryError):
            raise
        except Exception:  # noqa: BLE001  read by itself, each says what is wrong with it
            return {}
        return found

    def _alone(self, job: Job) -> tuple[FileRead, str]:
        """Read one file; returns what became of it, and its status."""
        try:
            return self._read(job), "loaded"
        except Exception as error:  # noqa: BLE001  whatever a file does is that file's reject
            found = refused(error, job.path)
            for part in job.scratch.glob("*.parquet"):
                part.unlink()
            return found, "rejected"

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
        files = ", ".join(literal(path) for path in job["paths"])
        order = f" order by {job['order']}" if job["order"] else ""
        self.context.connection.cursor().execute(
            f"copy (select * from read_parquet([{files}]){order}) "
            f"to {literal(job['target'])} {PARQUET}"
        )
        for path in job["paths"]:
            Path(path).unlink()
        return {}


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
    domain = importlib.import_module(module)
    context = ReaderContext(connection, threads, scratch)
    return Reader(getattr(domain, function), context, getattr(domain, "read_batch", None))


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
