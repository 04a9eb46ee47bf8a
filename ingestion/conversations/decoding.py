"""Cut a delivered file of any kind into records, a bounded number of bytes at a time.

JSON lines, JSON documents (arrays of any size, one object, several), CSV, Parquet, ChatML text;
plain, gzip, zstd or zip. A record that cannot be cut out is a `Bad`, the others go on.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.conversations.documents import json_lines, json_records
from ingestion.conversations.json_stream import MAX_RECORD
from ingestion.conversations.payload import Payload, Source
from ingestion.conversations.tables import csv_rows, parquet_rows
from ingestion.landing.rejecting import Unreadable

BUFFER = 1024 * 1024
_WIDE = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# between two texts: an end mark that no turn holds, or an empty line where a turn has ended
_DOCUMENT_END = re.compile(
    r"(?:(?<=<\|im_end\|>)|(?<=<\|im_end\|>\n))<\|endoftext\|>"
    r"|<\|endoftext\|>(?=\s*(?:<\|im_start\|>|\Z))"
    r"|(?<=<\|im_end\|>)[ \t]*\n\s*\n\s*(?=<\|im_start\|>)"
)
_ANY_END = re.compile(r"<\|endoftext\|>")
_LINES = (".jsonl", ".ndjson", ".jsonlines", ".ldjson", ".jl")
_DATA = (".json", *_LINES, ".csv", ".tsv", ".parquet", ".txt", ".chatml")


@dataclass(frozen=True)
class Dialect:
    """What a dataset's declaration says about its files."""

    encoding: str = "utf-8"
    delimiter: str | None = None


class Position:
    """How far a file is read; asked while its records are taken."""

    def __init__(self) -> None:
        self.raw: BinaryIO | None = None

    @property
    def byte_count(self) -> int:
        """Bytes of the file as it lies there, packed or not; 0 when nobody knows."""
        return self.raw.tell() if self.raw is not None and not self.raw.closed else 0


def records(
    path: Path, name: str, dialect: Dialect, position: Position | None = None
) -> Iterator[Payload]:
    """Yield each record of a file in order; `name` is what it was called where it came from.

    Raises:
        Unreadable: the whole file cannot be used.
    """
    if path.stat().st_size == 0:
        raise Unreadable("empty_file", "the file is empty")
    with path.open("rb") as raw:
        start = raw.read(4)
    if start == b"PAR1":
        yield from parquet_rows(path)
    elif start == b"PK\x03\x04":
        yield from _zip(path, dialect)
    else:
        where = position or Position()
        yield from _stream(lambda: _opened(path, start, where), name, dialect)


@contextmanager
def _opened(path: Path, start: bytes, position: Position) -> Iterator[io.BufferedReader]:
    """Open a file, unpacked.

    Raises:
        Unreadable: the packed data is damaged.
    """
    import zstandard

    with path.open("rb") as raw:
        position.raw = raw
        stream: Any = raw
        if start[:2] == b"\x1f\x8b":
            stream = gzip.GzipFile(fileobj=raw)
        elif start == b"\x28\xb5\x2f\xfd":
            stream = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        try:
            yield io.BufferedReader(stream, BUFFER)
        except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
            raise Unreadable("corrupt_archive", f"the packed data is damaged: {error}") from None


def _zip(path: Path, dialect: Dialect) -> Iterator[Payload]:
    """The data files of a zip archive, in order of their names; nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(
                one.filename
                for one in archive.infolist()
                if not one.is_dir() and one.filename.lower().endswith(_DATA)
            )
            if not names:
                raise Unreadable("empty_archive", "the archive holds no file of a known kind")
            for name in names:
                if name.lower().endswith(".parquet"):
                    raise Unreadable("nested_parquet", f"{name}: unpack Parquet files first")
                yield from _stream(partial(_member, archive, name), name, dialect)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("corrupt_archive", f"the zip data cannot be read: {error}") from None


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[io.BufferedReader]:
    with archive.open(name) as member:
        yield io.BufferedReader(member, BUFFER)  # type: ignore[arg-type]


def _stream(opened: Source, name: str, dialect: Dialect) -> Iterator[Payload]:
    plain = name.lower().removesuffix(".gz").removesuffix(".zst")
    is_table = plain.endswith((".csv", ".tsv"))

    @contextmanager
    def source() -> Iterator[io.BufferedReader]:
        with opened() as stream:
            yield _decoded(stream, dialect.encoding)

    with source() as stream:
        head = stream.peek(BUFFER)[:BUFFER]
        text = head.lstrip()
        if not text:
            raise Unreadable("empty_file", "the file holds nothing but white space")
        if text[:1] not in b'{["' or is_table:
            if plain.endswith(_LINES):
                yield from json_lines(stream)
            elif plain.endswith((".txt", ".chatml")) or (
                b"<|im_start|>" in text[:200] and not is_table
            ):
                yield from _texts(stream)
            else:
                yield from csv_rows(stream, "utf-8", dialect.delimiter)
            return
    yield from json_records(source, head, is_named_lines=plain.endswith(_LINES))


def _decoded(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    """Take a byte order mark off; what is not UTF-8 becomes UTF-8 where a declaration says so."""
    start = stream.peek(4)[:4]
    for mark, name in _WIDE.items():
        if start.startswith(mark):
            encoding = name
            break
    else:
        if start.startswith(b"\xef\xbb\xbf"):
            stream.read(3)
    if encoding in ("utf-8", "ascii", "utf-8-sig"):
        return stream
    return io.BufferedReader(_Transcoded(stream, encoding), BUFFER)


class _Transcoded(io.RawIOBase):
    """A byte stream of another encoding as UTF-8; what is no text there is a replacement mark."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.left:
            self.left = self.text.read(BUFFER // 4).encode("utf-8", "replace")
        part = self.left[: len(buffer)]
        self.left = self.left[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def _texts(stream: io.BufferedReader) -> Iterator[Payload]:
    """Conversations as text: apart by an end mark, or an empty line between two turns."""
    body = stream.read(MAX_RECORD * 4 + 1)
    if len(body) > MAX_RECORD * 4:
        raise Unreadable("text_too_long", "a file of text is read whole: cut it, or use JSON lines")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bad_encoding", f"the text is not UTF-8: {error.reason}") from None
    end = _DOCUMENT_END if "<|im_start|>" in text else _ANY_END
    for part in end.split(text):
        if part.strip():
            yield part.strip()
