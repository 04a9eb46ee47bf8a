"""How far the reading of files is: rows, bytes, rates, and when it will be done."""

from __future__ import annotations

import fcntl
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.lakehouse.lake import lake
from ingestion.landing.deliveries import FoundFile

TELL_EVERY_SECONDS = 5.0
WRITE_EVERY_SECONDS = 1.0


@dataclass
class SourceProgress:
    """How far one source is; `bytes` are those of the files as they lie, packed or not."""

    source: str
    files: int = 0
    bytes_in_all: int = 0
    files_read: int = 0
    rows: int = 0
    bytes: int = 0


class Progress:
    """Says now and then how far a run is; quick runs say nothing.

    With a `record` it also writes down there how far each source is, for whoever looks on.
    """

    def __init__(
        self,
        files: Iterable[FoundFile],
        say: Callable[[str], None],
        record: IO[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.say, self.record, self.clock = say, record, clock
        self.sources: dict[str, SourceProgress] = {}
        for found in files:
            source = self._of(found.source)
            source.files += 1
            source.bytes_in_all += found.byte_count
        self.begin()
        self._rows: Counter[int] = Counter()  # by job
        self._bytes: Counter[int] = Counter()

    def begin(self) -> None:
        """Count the seconds from now on."""
        self.begun = self.told = self.clock()
        self._written = self.begun - WRITE_EVERY_SECONDS

    def reached(self, job: dict[str, Any], answer: dict[str, Any]) -> None:
        """Take how far one file is, and say how far all are."""
        source, number = self._of(job["source"]), job["id"]
        source.rows += answer["rows_so_far"] - self._rows[number]
        source.bytes += answer["bytes_so_far"] - self._bytes[number]
        self._rows[number], self._bytes[number] = answer["rows_so_far"], answer["bytes_so_far"]
        self._write()
        now = self.clock()
        if now - self.told >= TELL_EVERY_SECONDS:
            self.told = now
            self.say(f"{job['source']}: {self.text(now - self.begun)}")

    def finished(self, found: FoundFile) -> None:
        """Take that a file was read, or refused."""
        self._of(found.source).files_read += 1
        self._write()

    def text(self, seconds: float) -> str:
        """Return rows, rate, bytes and the time that is left, `seconds` after the start."""
        rows = sum(one.rows for one in self.sources.values())
        done = sum(one.bytes for one in self.sources.values())
        in_all = sum(one.bytes_in_all for one in self.sources.values())
        text = f"{rows:,} records, {rows / max(seconds, 0.001):,.0f}/s"
        if done and in_all >= done:
            left = (in_all - done) * seconds / done
            text += f", {done / 1e6:,.1f} of {in_all / 1e6:,.1f} MB, {left:,.0f} s left"
        return text

    def _of(self, source: str) -> SourceProgress:
        return self.sources.setdefault(source, SourceProgress(source))

    def _write(self) -> None:
        now = self.clock()
        if self.record is None or now - self._written < WRITE_EVERY_SECONDS:
            return
        self._written = now
        told = {
            "seconds": now - self.begun,
            "sources": [asdict(one) for one in self.sources.values()],
        }
        self.record.seek(0)
        self.record.write(json.dumps(told))
        self.record.truncate()
        self.record.flush()


@contextmanager
def recorded(
    domain: str, files: Iterable[FoundFile], say: Callable[[str], None]
) -> Iterator[Progress]:
    """Give the progress of a domain's landing; it is written down until the landing has ended.

    The file is locked for as long: what a killed landing left is not taken for one going on.
    """
    path = _record_of(domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        try:
            yield Progress(files, say, record)
        finally:
            path.unlink(missing_ok=True)


def landing_progress(domain: str) -> tuple[float, list[SourceProgress]] | None:
    """Return since how many seconds a domain's files are read, and how far each source is.

    None while no landing of the domain reads files.
    """
    try:
        with _record_of(domain).open(encoding="utf-8") as record:
            try:
                fcntl.flock(record, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None  # whoever wrote it is gone
            except BlockingIOError:
                told = json.load(record)
    except (FileNotFoundError, ValueError):  # none, or caught in the middle of a write
        return None
    return told["seconds"], [SourceProgress(**one) for one in told["sources"]]


def _record_of(domain: str) -> Path:
    return lake().dlt_dir / f"{domain}.reading.json"
