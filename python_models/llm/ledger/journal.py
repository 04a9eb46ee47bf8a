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
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import Any

from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake_version import FILE as VERSION_FILE
from ingestion.lakehouse.lake_version import adopt_store, refuse_newer
from ingestion.lakehouse.migrations import JOURNAL
from ingestion.lakehouse.write_ahead import BUSY_SECONDS, write_ahead
from python_models.llm.endpoints.boundary import clean
from python_models.llm.ledger.journal_schema import DDL

GATHER_SECONDS = 0.0005  # others that arrive at the same time share the commit
LOOK_SECONDS = 5.0  # whoever waits looks so often whether the writer is alive
IDLE_SECONDS = 0.05  # what nobody waits for can be made again from what somebody waited for
Statement = tuple[str, Sequence[Any]]
Done = asyncio.Future | threading.Event | None
Entry = tuple[list[Statement], Done]


# a row that was folded, or is being folded right now, replaces its older self the next time
CHANGED = "case when is_folded = 0 and fold_id is null then 0 else 2 end"


class JournalError(RuntimeError):
    """The journal cannot be written; nothing more is asked until it can."""


class EntryRefused(JournalError):
    """One entry holds a value SQLite does not take; the others are written."""


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
        self._is_over = False  # the thread writes nothing any more
        self._refused: list[str] = []
        self._connection = connect(path)
        self._thread = threading.Thread(target=self._run, name="llm-journal", daemon=True)
        self._thread.start()

    def put(self, statements: list[Statement]) -> None:
        """Queue a write nobody waits for."""
        self._push(statements, None)

    async def write(self, statements: list[Statement]) -> None:
        """Write and return after the commit.

        Raises:
            EntryRefused: SQLite cannot hold one of the values; nothing of this entry is written.
            JournalError: the write failed (a full disk, a folder gone).
        """
        future = asyncio.get_running_loop().create_future()
        self._push(statements, future)
        await future

    def _push(self, statements: list[Statement], done: Done) -> None:
        self._pending.append((statements, done))
        if self._is_over:  # looked at after appending: whoever comes later answers it
            self._answer_rest()
        elif done is not None:
            self._wake.set()

    def flush(self) -> None:
        """Wait until everything queued so far is committed.

        Raises:
            EntryRefused: something nobody waited for could not be written.
            JournalError: a write failed.
        """
        done = threading.Event()
        self._push([], done)
        while not done.wait(LOOK_SECONDS):
            if not self._thread.is_alive():
                self._answer_rest()
        if self.error:
            raise JournalError(self.error)
        if self._refused:
            refused, self._refused = self._refused, []
            raise EntryRefused("; ".join(refused[:3]))

    def close(self) -> None:
        """Write what is queued and end the thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        try:
            self._write_groups()
        except BaseException as error:  # noqa: BLE001  whoever waits has to hear of it
            self.error = self.error or f"The journal's writer has ended: {describe(error)}"
        finally:
            self._is_over = True
            self._answer_rest()

    def _write_groups(self) -> None:
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

    def _answer_rest(self) -> None:
        """Answer what nobody will write any more."""
        self.error = self.error or "The journal is closed; nothing more can be written."
        while self._pending:
            try:
                answer([self._pending.popleft()], JournalError(self.error))
            except IndexError:  # another thread took the last one
                return

    def _commit(self, group: list[Entry]) -> None:
        try:
            failure = JournalError(self.error) if self.error else self._write(group)
        except BaseException:
            answer(group, JournalError(self.error or "The journal's writer has ended."))
            raise
        if failure is None or len(group) == 1 or self.error:
            self._note_refused(group, failure)
            answer(group, failure)
            return
        for entry in group:  # one of them is not fit to be written: the others are
            self._commit([entry])

    def _write(self, group: list[Entry]) -> JournalError | None:
        """Write entries in one transaction; return what went wrong."""
        try:
            with self._connection:
                for statements, _ in group:
                    for sql, values in statements:
                        self._connection.execute(sql, values)
        except sqlite3.OperationalError as error:
            if len(group) > 1:
                return JournalError(str(error))
            self.error = (
                f"The journal {self.path.name} cannot be written ({error}). Nothing more was "
                "asked; what was written is safe. Free space or mend the folder, then run again: "
                "only what is missing is asked."
            )
            return JournalError(self.error)
        except Exception as error:  # noqa: BLE001  a value of whatever kind SQLite does not take
            return EntryRefused(f"The journal cannot hold a value: {describe(error)}")
        return None

    def _note_refused(self, group: list[Entry], failure: JournalError | None) -> None:
        """Keep for the next flush what nobody waited for."""
        if isinstance(failure, EntryRefused) and not isinstance(group[0][1], asyncio.Future):
            self._refused.append(str(failure))


def describe(error: BaseException) -> str:
    """Return an exception in words that hold no value of a row."""
    reason = getattr(error, "reason", None) or str(error)
    return f"{type(error).__name__} ({clean(str(reason))[:200]})"


def answer(group: list[Entry], failure: JournalError | None) -> None:
    """Let everybody who waits for these entries go on."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future]] = {}
    for _, done in group:
        if isinstance(done, threading.Event):
            done.set()
        elif done is not None:
            waiting.setdefault(done.get_loop(), []).append(done)
    for loop, futures in waiting.items():
        with suppress(RuntimeError):  # a loop that was closed has nobody who waits
            loop.call_soon_threadsafe(acknowledge, futures, failure)


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
