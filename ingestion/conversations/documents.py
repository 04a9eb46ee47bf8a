"""Cut a file of JSON into records: lines, arrays, one object around many records, or several."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice

import orjson

from ingestion.conversations.containers import depth_of_records, opened
from ingestion.conversations.json_stream import MAX_RECORD, Bad, json_values
from ingestion.conversations.payload import Payload, Source
from ingestion.conversations.wrappers import unwrapped
from ingestion.landing.rejecting import Unreadable

_LOOKED_AT = 50  # lines that say whether a file is one of lines
_OPENINGS = (b"[", b"{")


def json_records(source: Source, head: bytes, *, is_named_lines: bool) -> Iterator[Payload]:
    """Yield the records of a file of JSON.

    Args:
        source: opens the file.
        head: its beginning.
        is_named_lines: its name says that it holds JSON lines.

    Raises:
        Unreadable: the whole file cannot be used.
    """
    if _is_lines(source, head, is_named_lines=is_named_lines):
        with source() as stream:
            yield from opened(json_lines(stream))
    elif head.lstrip()[:1] == b"[":
        depth = depth_of_records(source, head)
        with source() as stream:
            yield from opened(_array(stream, depth))
    else:
        found = unwrapped(source)
        if found is not None:
            yield from found
            return
        with source() as stream:
            yield from json_values(stream, 0)


def json_lines(stream: io.BufferedReader) -> Iterator[Payload]:
    """Yield one value for each line; a damaged line is that line's fault only."""
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


def _is_lines(source: Source, head: bytes, *, is_named_lines: bool) -> bool:
    """Say whether each line is a value of its own, damaged ones among them or not."""
    lines = [line.strip() for line in _first_lines(source, len(head))]
    if len(lines) < 2 or lines[0] in _OPENINGS and is_named_lines:
        return False
    whole = [_is_json(line) for line in lines]
    if whole[0] or sum(whole[:5]) >= 2:
        return True
    if not is_named_lines:
        return False
    # damaged lines at the start must not swallow the sound ones below; the lines of one document
    # end in commas, or stand under each other
    inner = sum(line.endswith(b",") and _is_json(line[:-1]) for line in lines)
    starts = sum(line[:1] in _OPENINGS for line in lines)
    return 2 * inner < len(lines) and (any(whole) or 2 * starts >= len(lines))


def _first_lines(source: Source, head_size: int) -> list[bytes]:
    """Return the first lines that are no white space, each of `MAX_RECORD` bytes at most."""
    found: list[bytes] = []
    size = 0
    with source() as stream:
        for line in json_lines(stream):
            found.append(line if isinstance(line, bytes) else b"{")
            size += len(found[-1])
            if len(found) >= _LOOKED_AT or len(found) > 1 and size > head_size:
                break
    return found


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return line[:1] in (b"{", b"[", b'"')


def _array(stream: io.BufferedReader, depth: int) -> Iterator[Payload]:
    """The elements of an array, or of the arrays in it; an array of turns is one record."""
    from ingestion.conversations.formats.turns import is_turns

    values = json_values(stream, depth)
    for first in islice(values, 1):
        if (
            depth == 1
            and isinstance(first, bytes)
            and _is_json(first)
            and is_turns([orjson.loads(first)])
        ):
            yield from _one_conversation(first, values)
        else:
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
