"""Several threads open one new SQLite file at the same time, and one holds it for good."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ingestion.lakehouse.write_ahead import write_ahead


def test_those_who_open_a_new_file_together_all_get_it(tmp_path: Path) -> None:
    """Without the second try about one new file in ten tells a thread that it is locked."""
    failures: list[Exception] = []

    def opened(path: Path, start: threading.Barrier) -> None:
        start.wait()
        try:
            with closing(sqlite3.connect(path, timeout=60)) as connection:
                write_ahead(connection)
                with connection:
                    connection.execute("create table if not exists things (thing integer)")
        except sqlite3.Error as error:
            failures.append(error)

    for number in range(100):
        start = threading.Barrier(4)
        path = tmp_path / f"{number}.db"
        threads = [threading.Thread(target=opened, args=(path, start)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures


def test_a_file_that_stays_locked_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "held.db"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as holder,
        closing(sqlite3.connect(path, timeout=0)) as other,
    ):
        holder.execute("begin exclusive")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(other, timeout=0.05)
        holder.execute("rollback")
        write_ahead(other, timeout=0.05)
        assert other.execute("pragma journal_mode").fetchone() == ("wal",)
