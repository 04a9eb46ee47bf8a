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
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ingestion.conversations.json_stream import MAX_RECORD, Bad, json_values
from ingestion.conversations.tables import csv_rows, parquet_rows
from ingestion.landing.rejecting import Unreadable

BUFFER = 1024 * 1024
# a JSON text, a row, a text of turns, or why there is none
Payload = bytes | dict[str, Any] | str | Bad
_WIDE = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DOCUMENT_END = re.compile(r"<\|endoftext\|>|(?<=<\|im_end\|>)[ \t]*\n\s*\n\s*(?=<\|im_start\|>)")
_WRAPPER_LIMIT = 64 * 1024 * 1024
_DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".txt", ".chatml")


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
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == b"PAR1":
        yield from parquet_rows(path)
    elif start == b"PK\x03\x04":
        yield from _zip(path, dialect)
    else:
        with _opened(path, start, position or Position()) as stream:
            yield from _stream(stream, name, dialect)


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
                with archive.open(name) as member:
                    if name.lower().endswith(".parquet"):
                        raise Unreadable("nested_parquet", f"{name}: unpack Parquet files first")
                    yield from _stream(io.BufferedReader(member, BUFFER), name, dialect)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("corrupt_archive", f"the zip data cannot be read: {error}") from None


def _stream(stream: io.BufferedReader, name: str, dialect: Dialect) -> Iterator[Payload]:
    stream, encoding = _decoded(stream, dialect.encoding)
    head = stream.peek(BUFFER)[:BUFFER]
    text = head.lstrip()
    plain = name.lower().removesuffix(".gz").removesuffix(".zst")
    if not text:
        raise Unreadable("empty_file", "the file holds nothing but white space")
    if text[:1] in b'{["' and not plain.endswith((".csv", ".tsv")):
        yield from _json(stream, head, plain.endswith((".jsonl", ".ndjson")))
    elif plain.endswith((".jsonl", ".ndjson")):
        yield from _lines(stream)
    elif plain.endswith((".txt", ".chatml")) or (
        b"<|im_start|>" in text[:200] and not plain.endswith((".csv", ".tsv"))
    ):
        yield from _texts(stream, encoding)
    else:
        yield from csv_rows(stream, encoding, dialect.delimiter)


def _decoded(stream: io.BufferedReader, encoding: str) -> tuple[io.BufferedReader, str]:
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
        return stream, "utf-8"
    return io.BufferedReader(_Transcoded(stream, encoding), BUFFER), "utf-8"


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


def _json(stream: io.BufferedReader, head: bytes, is_named_lines: bool) -> Iterator[Payload]:
    """JSON lines where lines are whole values, else one document or several."""
    lines = [line for line in head.split(b"\n") if line.strip()]
    if len(lines) > 1 and len(head) >= BUFFER:
        lines = lines[:-1]  # cut in the middle
    whole = sum(_is_json(line) for line in lines[:5])
    is_first_whole = _is_json(lines[0])
    if is_named_lines and lines[0].strip() not in (b"[", b"{"):
        # damaged lines at the start must not swallow the sound ones below
        whole += 2 * any(line[:1] == b"{" and _is_json(line) for line in lines[:50])
    if len(lines) > 1 and (is_first_whole or whole >= 2):
        yield from _lines(stream)
    elif head.lstrip()[:1] == b"[":
        yield from _array(stream, head)
    elif is_first_whole or len(head) < BUFFER:
        yield from _document(stream, head)
    else:
        yield from json_values(stream, 0)


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _array(stream: io.BufferedReader, head: bytes) -> Iterator[Payload]:
    """The elements of an array; an array of turns is one record."""
    from ingestion.conversations.formats.turns import is_turns

    values = json_values(stream, 1)
    first = next(values, None)
    if isinstance(first, bytes) and _is_json(first) and is_turns([orjson.loads(first)]):
        yield from _one_conversation(first, values)
        return
    if first is not None:
        yield first
    yield from values


def _one_conversation(first: bytes, values: Iterator[bytes | Bad]) -> Iterator[Payload]:
    """An array whose elements are turns, unless they are pairs: those are records."""
    from ingestion.conversations.formats.turns import turn_keys

    if turn_keys(orjson.loads(first)) is None:
        yield first
        yield from values
        return
    parts, size = [first], len(first)
    for value in values:
        if isinstance(value, Bad):
            yield value
            continue
        parts.append(value)
        size += len(value)
        if size > MAX_RECORD:
            raise Unreadable("record_too_long", "the file is one conversation of too many turns")
    yield b"[" + b",".join(parts) + b"]"


def _document(stream: io.BufferedReader, head: bytes) -> Iterator[Payload]:
    """One object, or several in a row; an object around lists of records is unwrapped."""
    values = json_values(stream, 0)
    first = next(values, None)
    if first is None:
        return
    second = next(values, None)
    inner = _unwrapped(first) if second is None and isinstance(first, bytes) else None
    if inner is not None:
        yield from inner
        return
    yield first
    if second is not None:
        yield second
    yield from values


def _unwrapped(text: bytes) -> list[Payload] | None:
    from ingestion.conversations.formats import Unstandard, standardise
    from ingestion.conversations.formats.turns import turn_keys

    try:
        value = orjson.loads(text)
        standardise(value)
    except orjson.JSONDecodeError:
        return None
    except Unstandard:
        if not isinstance(value, dict):
            return None
        lists = [
            item
            for item in value.values()
            if isinstance(item, list)
            and item
            and all(isinstance(one, dict) and not turn_keys(one) for one in item)
        ]
        return [orjson.dumps(one) for item in lists for one in item] or None
    return None


def _lines(stream: io.BufferedReader) -> Iterator[Payload]:
    """One value on each line."""
    while line := stream.readline(MAX_RECORD + 1):
        if len(line) > MAX_RECORD and not line.endswith(b"\n"):
            while rest := stream.readline(MAX_RECORD):
                if rest.endswith(b"\n"):
                    break
            yield Bad("record_too_long", f"the line is longer than {MAX_RECORD} bytes", "")
            continue
        line = line.strip()
        if line:
            yield line


def _texts(stream: io.BufferedReader, encoding: str) -> Iterator[Payload]:
    """Conversations as text: apart by an end mark, or an empty line between two turns."""
    body = stream.read(MAX_RECORD * 4 + 1)
    if len(body) > MAX_RECORD * 4:
        raise Unreadable("text_too_long", "a file of text is read whole: cut it, or use JSON lines")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("bad_encoding", f"the text is not {encoding}: {error.reason}") from None
    for part in _DOCUMENT_END.split(text):
        if part.strip():
            yield part.strip()
