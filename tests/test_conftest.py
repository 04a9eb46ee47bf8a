"""Test names are the same in every worker, whenever it collects."""

from __future__ import annotations

import gzip

from tests.conftest import pytest_make_parametrize_id


def test_packed_bytes_are_named_alike_whenever_they_were_packed() -> None:
    first, second = (gzip.compress(b"right", mtime=at) for at in (1, 2_000_000_000))
    assert first != second
    assert pytest_make_parametrize_id(first) == pytest_make_parametrize_id(second) == "25_bytes"


def test_what_can_be_read_keeps_its_own_name() -> None:
    assert pytest_make_parametrize_id(b"right") is None
    assert pytest_make_parametrize_id("\x1f") is None
