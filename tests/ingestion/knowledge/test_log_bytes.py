"""What is packed is opened as far as it is whole."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable

import pytest

from ingestion.knowledge.log_bytes import unpacked

LINES = b"".join(b"%d a line of a log\n" % number for number in range(50_000))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_files_are_opened_one_stream_after_another(pack: Callable[[bytes], bytes]) -> None:
    assert unpacked(pack(LINES) + pack(b"end\n")) == LINES + b"end\n"
    assert unpacked(pack(b"x\n") + b"garbage") == b"x\n"


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_cut_file_gives_what_it_holds(pack: Callable[[bytes], bytes]) -> None:
    found = unpacked(pack(LINES)[:-40])
    assert len(found) > len(LINES) / 2
    assert LINES.startswith(found)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_its_mark_and_without(encoding: str) -> None:
    assert (
        unpacked("2025-03-01 10:00:00 é\n".encode(encoding)) == "2025-03-01 10:00:00 é\n".encode()
    )
