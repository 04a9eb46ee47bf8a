"""Unpack what a server sends, never further than a cap: a small answer may stand for gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

BLOCK = 256 * 1024
GZIP = b"\x1f\x8b"
ACCEPTED = "gzip, deflate"
_OURS = ("gzip", "x-gzip", "deflate")
# packings that were not asked for; any other name says nothing of how the bytes are packed
_OTHERS = ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma")


class TooLarge(Exception):
    """What came is more than the cap."""


class Unpackable(Exception):
    """The bytes are not packed as the answer says."""


class Unpacker:
    """Takes the bytes of an answer and keeps them unpacked, up to a cap."""

    def __init__(self, encoding: str | None, cap: int) -> None:
        names = [one.strip().lower() for one in (encoding or "").split(",")]
        self._layers = [_Layer(one) for one in reversed(names) if one in (*_OURS, *_OTHERS)]
        self._cap = cap
        self._content = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what came.

        Raises:
            TooLarge, Unpackable.
        """
        self._through(data, 0)

    def _through(self, data: bytes, at: int) -> None:
        if at == len(self._layers):
            left = self._cap - len(self._content)
            self._content += data[:left]
            if len(data) > left:
                raise TooLarge
            return
        for block in self._layers[at].blocks(data):
            self._through(block, at + 1)

    @property
    def content(self) -> bytes:
        """What came so far, unpacked."""
        return bytes(self._content)

    def finish(self) -> bytes:
        """Return the whole.

        Raises:
            Unpackable: it ends too early.
        """
        if any(layer.is_open for layer in self._layers):
            raise Unpackable("the packed answer ends too early")
        return self.content


class _Layer:
    """One packing around the bytes."""

    def __init__(self, name: str) -> None:
        if name not in _OURS:
            raise Unpackable(f"the answer is packed as {name!r}, which was not asked for")
        self._is_gzip = name != "deflate"
        self._inner = zlib.decompressobj(47)  # gzip or zlib: some servers name one and send one
        # many servers send deflate without the wrapper it should have
        self._others = [] if self._is_gzip else [-15]
        self._is_first = True
        self._is_plain = False
        self.is_open = False

    def blocks(self, data: bytes) -> Iterator[bytes]:
        """Yield what bytes unpack to, in small blocks."""
        if self._is_plain:
            yield data
            return
        is_more = False  # what it holds back when a block is full
        while data or is_more:
            self.is_open = True
            try:
                block = self._inner.decompress(data, BLOCK)
            except zlib.error as error:
                if not self._is_first or GZIP.startswith(data[:2]):
                    raise Unpackable(f"the answer cannot be unpacked: {error}") from None
                if self._others:
                    self._inner = zlib.decompressobj(self._others.pop())
                    continue
                self.is_open, self._is_plain = False, True
                yield data  # packed by its name only
                return
            self._is_first = False
            is_more = len(block) == BLOCK
            if block:
                yield block
            data = self._inner.unconsumed_tail
            if self._inner.eof:
                self.is_open = False
                data = self._inner.unused_data
                if not data.startswith(GZIP) or not self._is_gzip:
                    return  # what follows the end is padding
                self._inner, is_more = zlib.decompressobj(31), False


def unpacked_file(content: bytes, cap: int) -> bytes:
    """Return a file that may itself be packed (`.xml.gz`) as what is in it.

    Raises:
        TooLarge, Unpackable.
    """
    if not content.startswith(GZIP):
        return content
    unpacker = Unpacker("gzip", cap)
    unpacker.feed(content)
    return unpacker.finish()
