"""Files of an export, written a record at a time: nothing has to fit in memory."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from ingestion.conversations.safe_cells import made_safe

FORMATS = ("json", "jsonl", "csv", "parquet")
COMPRESSIONS = {"none": "", "gzip": ".gz", "zstd": ".zst"}
ROWS_PER_GROUP = 5_000

Record = dict[str, Any]


class Writer(ABC):
    """Writes records to an open binary file."""

    def __init__(self, target: IO[bytes], schema: pa.Schema) -> None:
        self.target, self.schema, self.rows = target, schema, 0

    def put(self, record: Record) -> None:
        """Write one record."""
        self.write(record)
        self.rows += 1

    @abstractmethod
    def write(self, record: Record) -> None:
        """Write one record in the file's own way."""

    @abstractmethod
    def finish(self) -> None:
        """Write what the file ends with; the file itself stays open."""


class JsonLines(Writer):
    """One object a line."""

    def write(self, record: Record) -> None:
        self.target.write(orjson.dumps(record) + b"\n")

    def finish(self) -> None:
        self.target.flush()


class Json(Writer):
    """One array of objects, one a line."""

    def write(self, record: Record) -> None:
        self.target.write((b",\n" if self.rows else b"[\n") + orjson.dumps(record))

    def finish(self) -> None:
        self.target.write(b"\n]\n" if self.rows else b"[]\n")


class Csv(Writer):
    """Cells that are safe in a spreadsheet; lists are JSON inside their cell."""

    def __init__(self, target: IO[bytes], schema: pa.Schema) -> None:
        super().__init__(target, schema)
        self._text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
        # every text quoted: a spreadsheet must not read an id or "1e5" as a number
        self._csv = csv.writer(self._text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._csv.writerow(schema.names)

    def write(self, record: Record) -> None:
        cells = (record[name] for name in self.schema.names)
        self._csv.writerow(
            made_safe(cell if isinstance(cell, str) else orjson.dumps(cell).decode())
            for cell in cells
        )

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()


class Parquet(Writer):
    """Row groups of `ROWS_PER_GROUP` records, compressed inside the file."""

    def __init__(self, target: IO[bytes], schema: pa.Schema, codec: str) -> None:
        super().__init__(target, schema)
        self._file = pq.ParquetWriter(target, schema, compression=codec)
        self._waiting: list[Record] = []

    def write(self, record: Record) -> None:
        self._waiting.append(record)
        if len(self._waiting) >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._file.write_table(pa.Table.from_pylist(self._waiting, self.schema))
        self._waiting = []

    def finish(self) -> None:
        if self._waiting:
            self._flush()
        self._file.close()


TEXT_WRITERS: dict[str, Callable[[IO[bytes], pa.Schema], Writer]] = {
    "json": Json,
    "jsonl": JsonLines,
    "csv": Csv,
}


def file_name(stem: str, form: str, compression: str) -> str:
    """Return the name of a file; Parquet is compressed inside and keeps its own ending."""
    return f"{stem}.{form}{'' if form == 'parquet' else COMPRESSIONS[compression]}"


@contextmanager
def writing(path: Path, form: str, compression: str, schema: pa.Schema) -> Iterator[Writer]:
    """Open a file for records; it is whole and on disk when the block ends well."""
    with path.open("wb") as raw:
        if form == "parquet":
            writer: Writer = Parquet(raw, schema, compression)
            yield writer
            writer.finish()
        else:
            with _compressed(raw, compression) as target:
                writer = TEXT_WRITERS[form](target, schema)
                yield writer
                writer.finish()
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def _compressed(raw: IO[bytes], compression: str) -> Iterator[IO[bytes]]:
    if compression == "gzip":
        # without time and name: the same rows give the same bytes
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            yield packed  # type: ignore[misc]  # a file in all but the name
    elif compression == "zstd":
        with zstandard.ZstdCompressor(level=6).stream_writer(raw, closefd=False) as stream:
            yield stream
    else:
        yield raw


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
