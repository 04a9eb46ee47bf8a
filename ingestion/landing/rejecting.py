"""What cannot be read, kept with its place, its text and the reason; contents by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from ingestion.landing.arrow_rows import arrow_table
from ingestion.landing.raw_tables import REJECTS

MAX_TEXT = 20_000
BATCH_ROWS = 5_000
_BLOCK = 4 * 1024 * 1024


class Unreadable(Exception):
    """The whole file is rejected; `reason` is a short code, the message is for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Reject:
    """One refused row, or a whole file (then without a line number)."""

    line_number: int | None
    column_name: str | None
    reason: str
    error: str
    raw_text: str | None


@dataclass(frozen=True)
class Provenance:
    """Where rows come from."""

    load_id: str
    source: str
    source_file: str
    file_hash: str


def write_rejects(rejects: Iterable[tuple[Provenance, Reject]], target: Path) -> int:
    """Write rejects as Parquet; returns how many there are. No file when there are none."""
    rejected_at = datetime.now(UTC).replace(tzinfo=None)
    count, batch = 0, []
    writer: pq.ParquetWriter | None = None
    try:
        for origin, reject in rejects:
            batch.append(vars(origin) | vars(reject) | {"rejected_at": rejected_at})
            batch[-1]["raw_text"] = storable(reject.raw_text)
            batch[-1]["error"] = storable(reject.error)
            count += 1
            if len(batch) == BATCH_ROWS:
                writer = _written(batch, writer, target)
                batch = []
        if batch:
            writer = _written(batch, writer, target)
    finally:
        if writer is not None:
            writer.close()
    return count


def _written(
    batch: list[dict[str, object]], writer: pq.ParquetWriter | None, target: Path
) -> pq.ParquetWriter:
    if writer is None:
        writer = pq.ParquetWriter(target, REJECTS, compression="snappy")
    writer.write_table(arrow_table(batch, REJECTS))
    return writer


def storable(text: str | None) -> str | None:
    """Cut a text to what a row may hold; what is no Unicode is shown as its code."""
    if text is None:
        return None
    text = text[:MAX_TEXT]
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def content_hash(path: Path) -> tuple[str, int]:
    """Return the hash by which a file or folder is known, whatever its name, and its bytes.

    A folder's hash covers the names below it and their contents.
    """
    if path.is_dir():
        digest, size = hashlib.sha256(), 0
        for file in sorted(path.rglob("*")):
            if file.is_file():
                inner, length = content_hash(file)
                digest.update(f"{file.relative_to(path)}\n{inner}\n".encode())
                size += length
        return digest.hexdigest(), size
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size
