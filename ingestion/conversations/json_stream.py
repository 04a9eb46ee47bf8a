"""Cut a JSON document into the values it is made of, without holding more than one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

import orjson

from ingestion.landing.rejecting import Unreadable

MAX_RECORD = 16 * 1024 * 1024
_BLOCK = 1024 * 1024
# a string (closed, or cut by the end of what was read), or a bracket
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("|\\?\Z)|[\[\]{}]', re.S)
_BETWEEN = b" \t\r\n,\x1e"

# the names that lead to a value; None stands for "an element of that list"
Path = tuple[str | None, ...]
# says of a container (its path, and b"{" or b"[") whether its members are wanted one by one
Enters = Callable[[Path, bytes], bool]


class Bad(NamedTuple):
    """A record that cannot be cut out of its file."""

    reason: str
    error: str
    text: str


class Value(NamedTuple):
    """A value of a document and where it stands."""

    path: Path
    text: bytes | Bad


def json_values(stream: BinaryIO, depth: int) -> Iterator[bytes | Bad]:
    """Yield the text of each value `depth` lists deep (0: the document's own values).

    What stands between values and is none is a `Bad`, as is a value the document ends in.
    """
    for value in json_members(stream, lambda path, token: len(path) < depth and token == b"["):
        text = value.text
        if isinstance(text, bytes) and text[:1] not in (b"{", b"[", b'"'):
            text = _no_record(text)
        yield text


def json_members(stream: BinaryIO, enters: Enters) -> Iterator[Value]:
    """Yield every value of the containers that `enters` says yes to, in order.

    The document's own values have the path `()`; `enters` is asked of each container in one that
    was entered. Members that are entered themselves are not yielded.
    """
    return _Cutter(stream, enters).values()


class _Level:
    """A container that was entered, or the document itself."""

    def __init__(self, path: Path, *, is_object: bool, is_document: bool = False) -> None:
        self.path, self.is_object, self.is_document = path, is_object, is_document
        self.key: str | None = None  # read, its value not yet

    def member(self) -> Path:
        """Return the path of the member that comes next."""
        if self.is_document:
            return self.path
        return (*self.path, self.key)


class _Cutter:
    def __init__(self, stream: BinaryIO, enters: Enters) -> None:
        self.stream, self.enters = stream, enters
        self.buffer = b""
        self.position = 0  # what is scanned
        self.kept = 0  # where the value (or what stands between two) begins
        self.levels = [_Level((), is_object=False, is_document=True)]
        self.depth = 0  # brackets open in the value that is being cut out
        self.is_skipping = False  # a value that is too long

    def values(self) -> Iterator[Value]:
        while block := self.stream.read(_BLOCK):
            self.buffer = self.buffer[self.kept :] + block
            self.position -= self.kept
            self.kept = 0
            yield from self._scan(is_last=False)
            if len(self.buffer) - self.position > MAX_RECORD:
                raise Unreadable("record_too_long", f"a text is longer than {MAX_RECORD} bytes")
            if len(self.buffer) - self.kept > MAX_RECORD:
                self.is_skipping = self.depth > 0
                self.kept = self.position
        yield from self._scan(is_last=True)
        yield from self._rest()

    def _scan(self, *, is_last: bool) -> Iterator[Value]:
        for match in _TOKEN.finditer(self.buffer, self.position):
            token = match.group(0)
            if token[:1] == b'"':
                if match.group(1) != b'"' and not is_last:
                    self.position = match.start()
                    return
                self.position = match.end()
                if self.depth == 0:
                    yield from self._string(match.start(), token)
            elif token in (b"{", b"["):
                self.position = match.end()
                yield from self._open(match.start(), token)
            else:
                self.position = match.end()
                yield from self._close(match.start())
        if self.depth > 0 or is_last:
            self.position = len(self.buffer)

    def _string(self, start: int, token: bytes) -> Iterator[Value]:
        yield from self._between(start)
        self.kept = self.position
        level = self.levels[-1]
        if level.is_object and level.key is None:
            level.key = _key(token)
        else:
            yield self._member(token)

    def _open(self, start: int, token: bytes) -> Iterator[Value]:
        if self.depth > 0:
            self.depth += 1
            return
        yield from self._between(start)
        path = self.levels[-1].member()
        if self.enters(path, token):
            self.levels.append(_Level(path, is_object=token == b"{"))
            self.kept = self.position
        else:
            self.depth, self.kept = 1, start

    def _close(self, start: int) -> Iterator[Value]:
        if self.depth == 0:
            yield from self._between(start)
            self.kept = self.position
            if len(self.levels) > 1:
                self.levels.pop()
                self.levels[-1].key = None
            return
        self.depth -= 1
        if self.depth > 0:
            return
        if self.is_skipping:
            told = f"the record is longer than {MAX_RECORD} bytes"
            yield self._member(Bad("record_too_long", told, ""))
            self.is_skipping = False
        else:
            yield self._member(self.buffer[self.kept : self.position])
        self.kept = self.position

    def _member(self, text: bytes | Bad) -> Value:
        level = self.levels[-1]
        value = Value(level.member(), text)
        level.key = None
        return value

    def _between(self, end: int) -> Iterator[Value]:
        """What stands before a value: separators, numbers and the like, or no JSON at all."""
        left = self.buffer[self.kept : end].strip(_BETWEEN)
        if self.levels[-1].is_object:
            left = left.strip(_BETWEEN + b":")
        if not left:
            return
        parts = [part.strip() for part in left.split(b",")]
        if not self.levels[-1].is_document and all(map(_is_json, parts)):
            yield from map(self._member, parts)
        else:
            yield self._member(_no_record(left))

    def _rest(self) -> Iterator[Value]:
        left = self.buffer[self.kept :].strip(_BETWEEN)
        if self.is_skipping or self.depth > 0:
            told = "the file ends in the middle of a record"
            yield self._member(Bad("truncated_json", told, _shown(left)))
        elif left:
            yield self._member(_no_record(left))
        elif len(self.levels) > 1:
            yield self._member(Bad("truncated_json", "the file ends before its list is closed", ""))


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return text in (b"NaN", b"Infinity", b"-Infinity")
    return True


def _key(token: bytes) -> str:
    try:
        return str(orjson.loads(token))
    except orjson.JSONDecodeError:  # half a character, or bytes of another encoding
        return token[1:-1].decode("utf-8", "backslashreplace")


def _no_record(left: bytes) -> Bad:
    return Bad("not_a_record", "this is no JSON object", _shown(left))


def _shown(text: bytes) -> str:
    return text[:20_000].decode("utf-8", "backslashreplace")
