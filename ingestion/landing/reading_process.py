"""The landing's side of the reading process: hand out files, collect answers, outlive crashes."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from ingestion.lakehouse.settings import PROJECT_ROOT, settings

SLOWEST_BYTES_PER_SECOND = 1_000_000  # a file that is read more slowly than that hangs
STARTING_SECONDS = 60.0  # at least: it imports, which takes a busy machine long
MEMORY_LIMIT = "400MB"  # of DuckDB in the reading process: the whole landing stays below 1 GB


Job = dict[str, Any]
Answer = dict[str, Any]


class ReaderDied(RuntimeError):
    """The reading process ended, or was ended, before it had answered."""

    def __init__(self, why: str, unanswered: list[dict[str, Any]]) -> None:
        super().__init__(why)
        self.unanswered = unanswered


class ReadingFailed(RuntimeError):
    """Reading stopped for a reason that is not the file's: disk, memory, or a mistake of ours."""


class ReadingProcess:
    """One reading process; `answers` yields each job's answer as it comes.

    `reader` names the function that reads one file: `package.module:function`; `workers` is how
    many files it reads at once, `batch_bytes` how much it is given to read together.
    """

    def __init__(
        self, scratch: Path, reader: str, workers: int | None = None, batch_bytes: int = 0
    ) -> None:
        self.scratch, self.reader, self.batch_bytes = scratch, reader, batch_bytes
        self.workers = workers or settings().sluice_threads
        self.process: subprocess.Popen[str] | None = None
        self.is_idle = True
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.is_told = False  # the process knows what is in the lake
        self.known: list[tuple[str, str]] = []
        self.on_progress: Callable[[Job, Answer], None] = lambda job, answer: None

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process; it holds nothing that is not on disk."""
        if self.process is not None:
            if self.process.stdin:
                with contextlib.suppress(BrokenPipeError):
                    self.process.stdin.close()
            if self.is_idle:  # it may have processes of its own to end
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=5)
            self.process.kill()
            self.process.wait()
            self.process = None

    def know(self, hashes: list[tuple[str, str]]) -> None:
        """Tell which contents are in the lake: they are not read again."""
        self.known += hashes
        if self.process is not None and self.is_told:
            list(self._asked([{"do": "know", "id": "know", "hashes": hashes}]))

    def answers(
        self, jobs: list[dict[str, Any]]
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield (job, answer); a job that kills the process twice is answered as rejected."""
        waiting, batch_bytes = jobs, self.batch_bytes
        while waiting:
            try:
                yield from self._asked(waiting, batch_bytes=batch_bytes)
                return
            except ReaderDied as died:
                self.stop()
                waiting, batch_bytes = died.unanswered, 0
                # two files are read at once: ask for one alone to find the one that kills
                first, waiting = waiting[0], waiting[1:]
                try:
                    yield from self._asked([first])
                except ReaderDied as again:
                    self.stop()
                    yield first, _crashed(first, str(again))

    def _asked(
        self, jobs: list[dict[str, Any]], least_seconds: float = 0.0, batch_bytes: int = 0
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        process = self._started()
        assert process.stdin is not None
        open_jobs = {job["id"]: job for job in jobs}
        lines = [_line(batch) for batch in batches(jobs, batch_bytes)]
        sizes = {
            job["id"]: line.get("bytes", 0) for line in lines for job in line.get("files", [line])
        }
        self.is_idle = False
        try:
            for line in lines:
                process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise ReaderDied(_ended(process.wait()), jobs) from None
        while open_jobs:
            largest = max(sizes[number] for number in open_jobs)
            seconds = settings().sluice_reading_seconds + largest / SLOWEST_BYTES_PER_SECOND
            said = json.loads(self._next_line(open_jobs, max(least_seconds, seconds)))
            if "rows_so_far" in said:
                self.on_progress(open_jobs[said["id"]], said)
                continue
            if "error" in said:
                job = open_jobs[said["id"]]
                raise ReadingFailed(f"{job.get('source_file', job['do'])}: {said['error']}")
            answered = [(open_jobs.pop(one["id"]), one) for one in said.get("answers", [said])]
            self.is_idle = not open_jobs
            for job, answer in answered:
                if answer.get("status") == "loaded":
                    self.known.append((job["source"], answer["hash"]))
            yield from answered

    def _next_line(self, open_jobs: dict[Any, Job], seconds: float) -> str:
        """Wait for the process to say something."""
        assert self.process is not None
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            self.process.kill()
            self.process.wait()
            why = f"nothing was read for {seconds:.0f} seconds"
            raise ReaderDied(why, list(open_jobs.values())) from None
        if not line:
            raise ReaderDied(_ended(self.process.wait()), list(open_jobs.values()))
        return line

    def start(self) -> None:
        """Begin the process, without waiting for it to be ready."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        limit = os.environ.get("SLUICE_LANDING_MEMORY", MEMORY_LIMIT)
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "ingestion.landing.worker", self.reader,
                str(self.workers), limit, str(self.scratch),
            ],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )  # fmt: skip
        self._lines = queue.SimpleQueue()
        threading.Thread(
            target=_pass_on, args=(self.process.stdout, self._lines), daemon=True
        ).start()
        self.is_told = False

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None:
            self.start()
        if not self.is_told:
            self.is_told = True
            try:
                known = {"do": "know", "id": "know", "hashes": self.known}
                list(self._asked([known], STARTING_SECONDS))
            except ReaderDied as died:
                raise ReadingFailed(f"the reading process does not start: {died}") from None
        assert self.process is not None
        return self.process


def batches(jobs: list[Job], most_bytes: int) -> Iterator[list[Job]]:
    """Yield jobs that may be done together: files of one source and role, one after another, of
    so many bytes at most."""
    batch: list[Job] = []
    kind: Any = None
    weight = 0
    for job in jobs:
        before, kind = kind, (job["source"], job["role"]) if job["do"] == "file" else job["id"]
        weight += job.get("weight", 0)
        if batch and (not most_bytes or kind != before or weight > most_bytes):
            yield batch
            batch, weight = [], job.get("weight", 0)
        batch.append(job)
    if batch:
        yield batch


def _line(batch: list[Job]) -> Job:
    """Return what the process is told of jobs that are done together."""
    if batch[0]["do"] != "file":
        return batch[0]
    size = sum(job["bytes"] for job in batch)
    return {"do": "files", "id": batch[0]["id"], "bytes": size, "files": batch}


def _pass_on(stream: TextIO, lines: queue.SimpleQueue[str]) -> None:
    """Put what a process says into a queue, and an empty line when it says no more."""
    with contextlib.suppress(ValueError):  # closed while it was read
        for line in stream:
            lines.put(line)
    lines.put("")


def _ended(code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"code {code}"
    return f"the reading process ended with {how}"


def _crashed(job: dict[str, Any], message: str) -> dict[str, Any]:
    return {"id": job["id"], "status": "crashed", "reason": message, "seconds": 0.0}
