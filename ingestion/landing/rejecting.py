"""What cannot be read, kept with its place, its text and the reason; contents by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.landing.arrow_rows import arrow_column
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
    count, left = 0, iter(rejects)
    writer: pq.ParquetWriter | None = None
    try:
        while batch := list(islice(left, BATCH_ROWS)):
            writer = writer or pq.ParquetWriter(target, REJECTS, compression="snappy")
            writer.write_table(_table(batch, rejected_at))
            count += len(batch)
    finally:
        if writer is not None:
            writer.close()
    return count


def _table(batch: list[tuple[Provenance, Reject]], rejected_at: datetime) -> pa.Table:
    """Return rejects as a table, made column by column."""
    origins, rejects = zip(*batch, strict=True)
    columns: dict[str, list[Any]] = {
        **{field.name: list(map(attrgetter(field.name), origins)) for field in fields(Provenance)},
        **{field.name: list(map(attrgetter(field.name), rejects)) for field in fields(Reject)},
        "rejected_at": [rejected_at] * len(batch),
    }
    for name in ("raw_text", "error"):
        columns[name] = list(map(storable, columns[name]))
    arrays = [arrow_column(columns[field.name], field.type) for field in REJECTS]
    return pa.Table.from_arrays(arrays, schema=REJECTS)


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
