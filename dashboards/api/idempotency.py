"""`Idempotency-Key`: the same request under the same key makes one thing, however often it comes.

What was made and the answer that says so are written in one transaction. A request whose server
died before that has made nothing; the next one under its key makes it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api.keys import Caller
from dashboards.api.problems import Problem
from dashboards.api.security import caller
from dashboards.jobs.processes import Known, known
from ingestion.lakehouse import journal

HOURS = 24
_WAIT_SECONDS = 30.0  # for one that is being answered elsewhere
_LOOK_SECONDS = 0.05


class Once:
    """One request that makes something, and the key it came under (or none)."""

    def __init__(self, request: Request, found: Caller, key: str | None) -> None:
        self.request, self.caller, self.key = request, found, key
        self._me = known(os.getpid())

    def answer(self, asked: BaseModel | str, make: Callable[[], Response]) -> Response:
        """Return what `make` answers, or what it answered when this was asked before.

        `make` calls `keep` where it makes the thing. An error is no answer: it can be asked again.

        Raises:
            Problem: 422, the key came with another request before; 409, that one goes on still.
        """
        if self.key is None:
            return make()
        text = asked if isinstance(asked, str) else asked.model_dump_json()
        what = f"{self.request.method} {self.request.url.path} {text}"
        if stored := self._claimed(hashlib.sha256(what.encode()).hexdigest()):
            return stored
        try:
            return make()
        finally:
            self._give_back()

    def keep(self, connection: sqlite3.Connection, response: Response) -> None:
        """Write the answer down, in the transaction that makes the thing."""
        if self.key is not None:
            headers = {
                name: value
                for name, value in response.headers.items()
                if name in ("location", "content-type")
            }
            connection.execute(
                "update api_answers set status = ?, headers = ?, body = ?"
                " where key_prefix = ? and idempotency_key = ?",
                (
                    response.status_code, orjson.dumps(headers).decode(),
                    bytes(response.body).decode(), self.caller.prefix, self.key,
                ),
            )  # fmt: skip

    def _claimed(self, asked: str) -> Response | None:
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            with journal.journal() as connection:
                connection.execute("begin immediate")
                row = self._row(connection)
                if row is not None and row["asked"] != asked:
                    raise Problem(422, "This Idempotency-Key came with another request before.")
                if row is not None and row["status"] is not None:
                    return _replayed(row)
                claimer = Known(row["claimed_pid"], row["claimed_started"]) if row else None
                if claimer is None or not claimer.is_alive():
                    self._claim(connection, asked)
                    return None
            if time.monotonic() > until:
                raise Problem(
                    409,
                    "The request that came first under this Idempotency-Key goes on still.",
                    headers={"Retry-After": "5"},
                )
            time.sleep(_LOOK_SECONDS)

    def _row(self, connection: sqlite3.Connection) -> sqlite3.Row | None:
        oldest = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=HOURS)
        connection.execute(
            "delete from api_answers where claimed_at < ?",
            (oldest.isoformat(sep=" ", timespec="microseconds"),),
        )
        found: sqlite3.Row | None = connection.execute(
            "select * from api_answers where key_prefix = ? and idempotency_key = ?",
            (self.caller.prefix, self.key),
        ).fetchone()
        return found

    def _claim(self, connection: sqlite3.Connection, asked: str) -> None:
        connection.execute(
            "insert or replace into api_answers (key_prefix, idempotency_key, asked, claimed_at,"
            " claimed_pid, claimed_started) values (?, ?, ?, ?, ?, ?)",
            (
                self.caller.prefix, self.key, asked, journal.now(), self._me.pid,
                self._me.started,
            ),
        )  # fmt: skip

    def _give_back(self) -> None:
        """Let go of a key under which nothing was made."""
        with suppress(sqlite3.Error), journal.journal() as connection:
            connection.execute(
                "delete from api_answers"
                " where key_prefix = ? and idempotency_key = ? and status is null",
                (self.caller.prefix, self.key),
            )


def once(
    request: Request,
    found: Annotated[Caller, Depends(caller)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="A request sent again under the same key makes nothing twice (24 h)",
        ),
    ] = None,
) -> Once:
    """Return how often a request may make what it makes."""
    return Once(request, found, idempotency_key)


def _replayed(row: sqlite3.Row) -> Response:
    headers = orjson.loads(row["headers"])
    kind = headers.pop("content-type", "application/json")
    return Response(
        row["body"], row["status"], headers | {"Idempotency-Replayed": "true"}, media_type=kind
    )


OnlyOnce = Annotated[Once, Depends(once)]
