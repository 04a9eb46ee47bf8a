"""Answers of the web on their way into the lake: what a run has of them survives its end.

One SQLite file a product. It names the run that is open, and holds every answer of it until the
run has landed; bytes lie in the lake's store of objects. It also keeps robots.txt for a day.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.objects import ObjectLost, object_store
from ingestion.lakehouse.write_ahead import write_ahead
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.begun import waiting_file
from ingestion.landing.web.robots import Robots

_TABLES = (
    "create table if not exists run (run_id text primary key, row text not null)",
    "create table if not exists answers (role text, key text, source text, url text, "
    "answer text not null, object_hash text, primary key (role, key))",
    "create table if not exists robots (origin text primary key, robots text not null)",
    "create table if not exists last_run (row text not null)",
)


class WaitingRoom:
    """The answers of one product's open run; of one thread."""

    def __init__(self, domain: str) -> None:
        self.path = waiting_file(domain)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        write_ahead(self._connection)
        # what a kill leaves is all there; what a power cut takes of it is asked again
        self._connection.execute("pragma synchronous = normal")
        for statement in _TABLES:
            self._connection.execute(statement)
        self.store = object_store()
        self.put_count = 0

    def __enter__(self) -> WaitingRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def open_run(self) -> dict[str, Any] | None:
        """Return the run that was begun and has not landed, as `begin` was told."""
        found = self._connection.execute("select row from run").fetchone()
        return json.loads(found[0]) if found else None

    def begin(self, run_id: str, row: dict[str, Any]) -> None:
        """Open a run: whoever comes next goes on with it."""
        with self._transaction():
            self._connection.execute("delete from answers")
            self._connection.execute("delete from run")
            self._connection.execute("insert into run values (?, ?)", (run_id, json.dumps(row)))

    def put(self, ask: Ask, answer: Answer) -> Answer:
        """Keep an answer, its bytes first, then the row that names them; returns it with both."""
        if answer.content is not None:
            name, size = self.store.put(answer.content), len(answer.content)
            answer = replace(answer, object_hash=name, byte_count=size)
        kept = asdict(replace(answer, content=None))
        kept["fetched_at"] = answer.fetched_at.isoformat()
        self._connection.execute(
            "insert or replace into answers values (?, ?, ?, ?, ?, ?)",
            (ask.role, ask.key, ask.source, ask.url, json.dumps(kept), answer.object_hash),
        )
        self.put_count += 1
        fault("answer-kept")
        return answer

    def get(self, ask: Ask) -> Answer | None:
        """Return the answer of an earlier process of this run; None when it has to be asked."""
        found = self._connection.execute(
            "select answer, object_hash from answers where role = ? and key = ?",
            (ask.role, ask.key),
        ).fetchone()
        if found is None:
            return None
        try:
            content = None if found[1] is None else self.store.get(found[1])
        except ObjectLost:
            return None
        return replace(_answer(found[0]), content=content)

    def answers(self, role: str) -> list[tuple[str, str, Answer]]:
        """Return source, address and answer, without its bytes, of all that a role was asked."""
        rows = self._connection.execute(
            "select source, url, answer from answers where role = ? order by url", (role,)
        )
        return [(source, url, _answer(text)) for source, url, text in rows]

    def hashes(self) -> list[str]:
        """Return the names of all bytes that the open run has."""
        rows = self._connection.execute("select distinct object_hash from answers")
        return [row[0] for row in rows if row[0]]

    def empty(self, last: dict[str, Any] | None) -> None:
        """Forget the open run's answers; `last` is what to note of the run that landed last."""
        with self._transaction():
            for table in ("answers", "run", "last_run"):
                self._connection.execute(f"delete from {table}")
            if last is not None:
                self._connection.execute("insert into last_run values (?)", (json.dumps(last),))

    def last(self) -> dict[str, Any] | None:
        """Return what was noted of the run that landed last from here."""
        found = self._connection.execute("select row from last_run").fetchone()
        return json.loads(found[0]) if found else None

    def robots(self, origin: str) -> Robots | None:
        """Return what is kept of an origin's robots.txt."""
        found = self._connection.execute(
            "select robots from robots where origin = ?", (origin,)
        ).fetchone()
        return Robots.from_json(found[0]) if found else None

    def keep_robots(self, ask: Ask, answer: Answer, found: Robots) -> None:
        """Keep what was said to the question for an origin's robots.txt, and what it means."""
        self.put(ask, answer)
        self._connection.execute(
            "insert or replace into robots values (?, ?)", (ask.key, found.json)
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


def _answer(text: str) -> Answer:
    known = json.loads(text)
    known["fetched_at"] = datetime.fromisoformat(known["fetched_at"])
    known["redirects"] = tuple(known["redirects"])
    return Answer(**known)
