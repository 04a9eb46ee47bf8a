"""Bytes are unpacked as they are packed, whatever the answer calls it."""

from __future__ import annotations

import gzip
import zlib

import pytest

from ingestion.landing.web.unpacking import Unpackable, Unpacker

TEXT = b"<rss>" + b"right " * 50 + b"</rss>"
GZIP, ZLIB = gzip.compress(TEXT, mtime=0), zlib.compress(TEXT)
BARE = ZLIB[2:-4]  # without its wrapper, as many send it


def unpacked(encoding: str, content: bytes, step: int) -> bytes:
    found = Unpacker(encoding, 1_000_000)
    for start in range(0, len(content), step):
        found.feed(content[start : start + step])
    return found.finish()


@pytest.mark.parametrize("step", [7, 10_000])
@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", GZIP),
        ("GZIP", GZIP),
        ("x-gzip", GZIP),
        ("gzip, gzip", gzip.compress(GZIP)),
        ("gzip, identity", GZIP),
        ("gzip", GZIP + bytes(100)),
        ("gzip", GZIP + b"padding"),
        ("gzip", gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:])),
        ("deflate", ZLIB),
        ("deflate", BARE),
        # one named, another sent
        ("gzip", ZLIB),
        ("deflate", GZIP),
    ],
)
def test_what_is_packed_is_unpacked(encoding: str, content: bytes, step: int) -> None:
    assert unpacked(encoding, content, step) == TEXT


@pytest.mark.parametrize("encoding", ["UTF-8", "none", "binary", "", "gzip", "deflate"])
def test_what_is_packed_by_name_only_is_taken_as_it_is(encoding: str) -> None:
    assert unpacked(encoding, TEXT, 10_000) == TEXT


@pytest.mark.parametrize(
    ("encoding", "content", "why"),
    [
        ("gzip", GZIP[:-20], "ends too early"),
        ("gzip", GZIP[:-8], "ends too early"),  # without its check
        ("gzip", GZIP[:-8] + bytes(4) + GZIP[-4:], "incorrect data check"),
        ("br", TEXT, "was not asked for"),
        ("zstd", TEXT, "was not asked for"),
    ],
)
def test_what_cannot_be_unpacked_says_why(encoding: str, content: bytes, why: str) -> None:
    with pytest.raises(Unpackable, match=why):
        unpacked(encoding, content, 10_000)
