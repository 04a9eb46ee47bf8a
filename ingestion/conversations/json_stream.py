"""Cut a JSON document into the values it is made of, without holding more than one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ingestion.landing.rejecting import Unreadable

MAX_RECORD = 16 * 1024 * 1024
_BLOCK = 1024 * 1024
# a string (closed, or cut by the end of what was read), or a bracket
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("|\\?\Z)|[\[\]{}]', re.S)
_BETWEEN = b" \t\r\n,\x1e"


class Bad(NamedTuple):
    """A record that cannot be cut out of its file."""

    reason: str
    error: str
    text: str


def json_values(stream: BinaryIO, depth: int) -> Iterator[bytes | Bad]:
    """Yield the text of each value `depth` brackets deep (0: the document's own values).

    What stands between values and is none is a `Bad`, as is a value the document ends in.
    """
    return _Cutter(stream, depth).values()


class _Cutter:
    def __init__(self, stream: BinaryIO, base: int) -> None:
        self.stream, self.base = stream, base
        self.buffer = b""
        self.position = 0  # what is scanned
        self.kept = 0  # where the value (or what stands between two) begins
        self.depth = 0
        self.is_skipping = False  # a value that is too long

    def values(self) -> Iterator[bytes | Bad]:
        while block := self.stream.read(_BLOCK):
            self.buffer = self.buffer[self.kept :] + block
            self.position -= self.kept
            self.kept = 0
            yield from self._scan(is_last=False)
            if len(self.buffer) - self.position > MAX_RECORD:
                raise Unreadable("record_too_long", f"a text is longer than {MAX_RECORD} bytes")
            if len(self.buffer) - self.kept > MAX_RECORD:
                self.is_skipping = self.depth > self.base
                self.kept = self.position
        yield from self._scan(is_last=True)
        yield from self._rest()

    def _scan(self, *, is_last: bool) -> Iterator[bytes | Bad]:
        for match in _TOKEN.finditer(self.buffer, self.position):
            token = match.group(0)
            if token[:1] == b'"':
                if match.group(1) != b'"' and not is_last:
                    self.position = match.start()
                    return
                self.position = match.end()
                if self.depth == self.base:  # a text of its own, or a key of the wrong document
                    yield from self._between(match.start())
                    yield token
                    self.kept = self.position
                continue
            self.position = match.end()
            if token in (b"{", b"["):
                yield from self._open(match.start())
            else:
                yield from self._close(match.start())
        if self.depth > self.base or is_last:
            self.position = len(self.buffer)

    def _open(self, start: int) -> Iterator[bytes | Bad]:
        if self.depth == self.base:
            yield from self._between(start)
            self.kept = start
        self.depth += 1
        if self.depth <= self.base:
            self.kept = self.position

    def _close(self, start: int) -> Iterator[bytes | Bad]:
        if self.depth <= self.base:
            yield from self._between(start)
            self.kept = self.position
            self.depth = max(0, self.depth - 1)
            return
        self.depth -= 1
        if self.depth == self.base:
            if self.is_skipping:
                yield Bad("record_too_long", f"the record is longer than {MAX_RECORD} bytes", "")
                self.is_skipping = False
            else:
                yield self.buffer[self.kept : self.position]
            self.kept = self.position

    def _between(self, end: int) -> Iterator[Bad]:
        """What stands before a value: separators, or something that is no record."""
        left = self.buffer[self.kept : end].strip(_BETWEEN)
        if left:
            yield _no_record(left)

    def _rest(self) -> Iterator[Bad]:
        left = self.buffer[self.kept :].strip(_BETWEEN)
        if self.is_skipping or self.depth > self.base:
            yield Bad("truncated_json", "the file ends in the middle of a record", _shown(left))
        elif left:
            yield _no_record(left)
        elif self.depth > 0:
            yield Bad("truncated_json", "the file ends before its list is closed", "")


def _no_record(left: bytes) -> Bad:
    return Bad("not_a_record", "this is no JSON object", _shown(left))


def _shown(text: bytes) -> str:
    return text[:20_000].decode("utf-8", "backslashreplace")
