"""The processes that standardise chunks end with the reading that started them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.conversations.reader import _pool
from ingestion.landing.worker import ReaderContext


def test_processes_have_ended_when_the_reading_closes_what_it_opened(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        context = ReaderContext(connection, 1, tmp_path)
        with context.closing:
            pool, _ = _pool(context, 1)
            assert pool.submit(len, "four").result() == 4
            [process] = pool._processes.values()
        assert not process.is_alive()
        with pytest.raises(RuntimeError, match="after shutdown"):
            pool.submit(len, "more")
