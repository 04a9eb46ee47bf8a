"""What a packed file would come to, looked at without unpacking it to disk."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_MEGABYTE = 1024 * 1024
_UNPACKED_MOST = 100  # times what is handed over; text packs ten to twentyfold
_UNPACKED_ALWAYS = 64 * _MEGABYTE
_BLOCK = 1024 * 1024


class UploadRefused(ValueError):
    """A file is not taken; the message says why and what to do."""


def check_unpacked(path: Path) -> None:
    """Refuse a packed file that is far larger inside than it looks.

    Raises:
        UploadRefused: it is, or it cannot be unpacked.
    """
    import zstandard

    limit = max(_UNPACKED_ALWAYS, _UNPACKED_MOST * path.stat().st_size)
    size = 0
    try:
        with path.open("rb") as stream:
            for block in _unpacked(stream):
                size += len(block)
                if size > limit:
                    raise UploadRefused(
                        f"The packed file holds more than {limit // _MEGABYTE} MB. Unpack it, or "
                        "declare it as a dataset where it lies."
                    )
    except (EOFError, OSError, zlib.error, zstandard.ZstdError, zipfile.BadZipFile) as error:
        raise UploadRefused(f"The packed data is damaged: {error}") from None
    except (NotImplementedError, RuntimeError) as error:  # a kind of zip, or one with a password
        raise UploadRefused(f"The zip archive cannot be read: {error}") from None


def _unpacked(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a packed file holds, whatever its name says; nothing of one that is not."""
    import zstandard

    start = stream.read(4)
    stream.seek(0)
    inner: Any
    if start[:2] == b"\x1f\x8b":
        inner = gzip.GzipFile(fileobj=stream)
    elif start == b"\x28\xb5\x2f\xfd":
        inner = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
    elif start == b"PK\x03\x04":
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                with archive.open(member) as opened:
                    while block := opened.read(_BLOCK):
                        yield block
        return
    else:
        return
    while block := inner.read(_BLOCK):
        yield block
