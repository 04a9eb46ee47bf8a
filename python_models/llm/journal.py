"""The crash-safe local journal: every request before it leaves, every answer as it arrives.

One writer thread commits in groups (SQLite, WAL): at once when somebody waits, else when enough
has gathered or some time has gone by. Whoever waits for its acknowledgement goes on only after
the commit. A killed process loses nothing it was acknowledged; the Iceberg ledger is folded from
here.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from ingestion.generation import require_agreement
from ingestion.lake_version import FILE as VERSION_FILE
from ingestion.lake_version import adopt_store, refuse_newer
from ingestion.migrations import JOURNAL
from ingestion.write_ahead import BUSY_SECONDS, write_ahead
from python_models.llm.journal_schema import DDL

GATHER_SECONDS = 0.0005  # others that arrive at the same time share the commit
IDLE_SECONDS = 0.05  # what nobody waits for can be made again from what somebody waited for
Statement = tuple[str, Sequence[Any]]
Done = asyncio.Future | threading.Event | None
Entry = tuple[list[Statement], Done]


# a row that was folded, or is being folded right now, replaces its older self the next time
CHANGED = "case when is_folded = 0 and fold_id is null then 0 else 2 end"


class JournalError(RuntimeError):
    """The journal cannot be written; nothing more is asked until it can."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the journal; makes its tables when they are missing."""
    if (path.parent / VERSION_FILE).exists():
        require_agreement(path.parent)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    write_ahead(connection)
    refuse_newer(connection, path)
    connection.execute("pragma synchronous = normal")
    try:
        connection.execute("select journal_id from llm_ready_2")
    except sqlite3.OperationalError:
        adopt_store(connection, path.parent, JOURNAL)
        _create(connection)
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal for a while."""
    connection = connect(path)
    try:
        yield connection
    finally:
        connection.close()


def _create(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("begin immediate")
        for statement in DDL:
            connection.execute(statement)
        connection.execute(
            "insert or ignore into llm_meta values ('journal_id', ?)", [uuid.uuid4().hex]
        )
        connection.execute(
            "create view if not exists llm_ready_2 as "
            "select value as journal_id from llm_meta where name = 'journal_id'"
        )


def upsert(table: str, columns: Sequence[str]) -> str:
    """Return the statement that writes a row whole; a row folded before is folded again."""
    first, *rest = columns
    changes = ", ".join(f"{name} = excluded.{name}" for name in rest)
    marks = ", ".join("?" * len(columns))
    return (
        f"insert into {table} ({', '.join(columns)}) values ({marks}) "
        f"on conflict ({first}) do update set {changes}, is_folded = {CHANGED}, fold_id = null"
    )


class Journal:
    """Writes through one thread, in groups; reads through connections of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error: str | None = None
        self._pending: deque[Entry] = deque()
        self._wake = threading.Event()
        self._is_closing = False
        self._connection = connect(path)
        self._thread = threading.Thread(target=self._run, name="llm-journal", daemon=True)
        self._thread.start()

    def put(self, statements: list[Statement]) -> None:
        """Queue a write nobody waits for."""
        self._push(statements, None)

    async def write(self, statements: list[Statement]) -> None:
        """Write and return after the commit.

        Raises:
            JournalError: the write failed (a full disk, a folder gone).
        """
        future = asyncio.get_running_loop().create_future()
        self._push(statements, future)
        await future

    def _push(self, statements: list[Statement], future: asyncio.Future | None) -> None:
        if self.error:
            if future is not None:
                future.set_exception(JournalError(self.error))
            return
        self._pending.append((statements, future))
        if future is not None:
            self._wake.set()

    def flush(self) -> None:
        """Wait until everything queued so far is committed.

        Raises:
            JournalError: a write failed.
        """
        done = threading.Event()
        self._pending.append(([], done))
        self._wake.set()
        done.wait()
        if self.error:
            raise JournalError(self.error)

    def close(self) -> None:
        """Write what is queued and end the thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            is_awaited = self._wake.wait(IDLE_SECONDS)
            if is_awaited and not self._is_closing:
                sleep(GATHER_SECONDS)
            self._wake.clear()
            group = []
            while self._pending:
                group.append(self._pending.popleft())
            if group:
                self._commit(group)
            if self._is_closing and not self._pending:
                return

    def _commit(self, group: list[Entry]) -> None:
        failure: JournalError | None = None
        try:
            with self._connection:
                for statements, _ in group:
                    for sql, values in statements:
                        self._connection.execute(sql, values)
        except sqlite3.Error as error:
            self.error = (
                f"The journal {self.path.name} cannot be written ({error}). Nothing more was "
                "asked; what was written is safe. Free space or mend the folder, then run again: "
                "only what is missing is asked."
            )
            failure = JournalError(self.error)
        for _, done in group:
            if isinstance(done, threading.Event):
                done.set()
        waiting = [done for _, done in group if isinstance(done, asyncio.Future)]
        if waiting:
            waiting[0].get_loop().call_soon_threadsafe(acknowledge, waiting, failure)


def acknowledge(futures: Iterable[asyncio.Future[None]], failure: Exception | None) -> None:
    """Let the waiting go on (on the loop's own thread)."""
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)


def select_in(
    connection: sqlite3.Connection, sql: str, ids: Sequence[str], size: int = 900
) -> Iterable[tuple[Any, ...]]:
    """Yield the rows of `sql` (which ends in `in ({})`) for many ids, in chunks."""
    for start in range(0, len(ids), size):
        chunk = ids[start : start + size]
        yield from connection.execute(sql.format(",".join("?" * len(chunk))), chunk)
