"""SQLite files that several processes and threads write: write-ahead logging, and waiting."""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

BUSY_SECONDS = 60.0
_RETRY_SECONDS = 0.01


def write_ahead(connection: sqlite3.Connection, timeout: float = BUSY_SECONDS) -> None:
    """Turn write-ahead logging on, waiting up to `timeout` seconds for others to let go.

    The connection's own busy timeout is not enough: of two that turn a new file over at the same
    time, SQLite tells one at once that the file is locked, since both waiting would be a deadlock.

    Raises:
        sqlite3.OperationalError: somebody else kept the file locked for longer than that.
    """
    given_up = monotonic() + timeout
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > given_up:
                raise
            sleep(_RETRY_SECONDS)
        else:
            return
