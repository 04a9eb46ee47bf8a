"""Bytes of a log file as text: what is packed is opened, UTF-16 becomes UTF-8."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

UNPACKED = 2 * 1024**3  # bytes of one file; what holds more is refused when it lands
_SLICE, _BLOCK = 64 * 1024, 4 * 1024**2  # bytes read and, where a reader can be told, made at once
_GZIP, _BZ2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
# packed in a way that is not opened: nothing in them would be a line
_CLOSED = {b"\x28\xb5\x2f\xfd": "zst", b"PK\x03\x04": "zip", b"\x04\x22\x4d\x18": "lz4"}


def trouble_of(content: bytes) -> tuple[str, str] | None:
    """Return why a file of a log cannot be read, a short code and a sentence; None where it can."""
    for mark, name in _CLOSED.items():
        if content.startswith(mark):
            return "packed", f"it is packed as {name}; deliver it as lines, gz, bz2 or xz"
    if _opener(content[:10]) and len(content) > UNPACKED // 2000:  # nothing packs lines better
        count = 0
        for block in _blocks(content):
            count += len(block)
            if count > UNPACKED:
                return "too_large", f"it unpacks to more than {UNPACKED:,} bytes; split it"
    return None


def unpacked(content: bytes) -> bytes:
    """Return the bytes of a file as UTF-8, of a damaged one what stands before the damage.

    Raises:
        ValueError: it is larger than any log should be.
    """
    if _opener(content[:10]):
        parts, left = [], UNPACKED
        for block in _blocks(content):
            parts.append(block)
            left -= len(block)
            if left < 0:
                raise ValueError(f"it holds more than {UNPACKED} bytes")
        content = b"".join(parts)
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:].decode(encoding, "replace").encode()
    head = content[:1000]
    if len(head) >= 4 and head.count(0) * 5 > len(head) * 2:  # UTF-16 without its mark
        encoding = "utf-16-le" if head[1] == 0 else "utf-16-be"
        return content.decode(encoding, "replace").encode()
    return content.removeprefix(b"\xef\xbb\xbf")


def _opener(content: bytes) -> Any:
    """Return what opens the stream that bytes begin with; None where they are not packed."""
    if content.startswith(_GZIP):
        return zlib.decompressobj(31)
    if content.startswith(_BZ2) and content[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(lzma.FORMAT_XZ) if content.startswith(_XZ) else None


def _blocks(content: bytes) -> Iterator[bytes]:
    """Yield what packed bytes hold, one stream after another, as far as they are whole."""
    start = 0
    while reader := _opener(content[start : start + 10]):
        most = () if content.startswith(_GZIP, start) else (_BLOCK,)
        try:
            while not reader.eof and start < len(content):
                yield reader.decompress(content[start : start + _SLICE], *most)
                while most and not reader.eof and not reader.needs_input:
                    yield reader.decompress(b"", *most)
                start += _SLICE
        except (zlib.error, OSError, EOFError, lzma.LZMAError):  # damaged
            return
        if not reader.eof:  # cut
            return
        start = min(start, len(content)) - len(reader.unused_data)
