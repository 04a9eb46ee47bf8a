"""What one process shares: the event loop's thread, the client, the pacer and the journal."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from python_models.llm.asking.budget import Amounts, Ceiling, run_ceiling
from python_models.llm.asking.lane import Lane
from python_models.llm.endpoints.endpoint import Endpoint, current_endpoint
from python_models.llm.endpoints.named_endpoints import mark as endpoints_mark
from python_models.llm.endpoints.scrubbing import Scrubber
from python_models.llm.ledger.journal import Journal, connect, reading
from python_models.llm.ledger.records import owner_identity
from python_models.llm.prompting.format_ladder import MARK, Ladder

Result = TypeVar("Result")
REMEMBERED = "select name, value from llm_meta where name like ?"
REMEMBER = "insert or replace into llm_meta values (?, ?)"
CANCEL_SECONDS = 30.0  # for requests under way to be cancelled and noted


class Runtime:
    """See the module docstring. One for each process and set of settings: `runtime()`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lanes: dict[str, Lane] = {}
        self.journal = Journal(lake().journal_db)
        self.owner = os.urandom(8).hex()
        self.scrub = Scrubber()
        self.ladder = Ladder(self._remembered(), self._remember)
        self.ceilings: dict[str, Ceiling] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="llm", daemon=True)
        self._thread.start()
        self.budget_changed = asyncio.Event()
        host, pid, started = owner_identity()
        row = (self.owner, host, pid, started, time.time())
        self.journal.put([("insert into llm_owners values (?, ?, ?, ?, ?)", row)])
        self.journal.flush()

    def lane(self, endpoint: Endpoint) -> Lane:
        """Return what asks an endpoint; one for each, shared by all steps of the process."""
        with self._lock:
            if endpoint.name not in self._lanes:
                self._lanes[endpoint.name] = Lane(endpoint)
            return self._lanes[endpoint.name]

    def _remembered(self) -> dict[str, str]:
        with reading(self.journal.path) as connection:
            return dict(connection.execute(REMEMBERED, [f"{MARK}%"]).fetchall())

    def _remember(self, key: str, value: str) -> None:
        self.journal.put([(REMEMBER, (key, value))])

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the shared loop and wait for it; interrupted, it ends first."""
        ended = threading.Event()

        async def whole() -> Result:
            try:
                return await work
            finally:
                ended.set()

        future = asyncio.run_coroutine_threadsafe(whole(), self._loop)
        try:
            return future.result()
        except BaseException:
            if not ended.is_set():
                future.cancel()
                ended.wait(CANCEL_SECONDS)
            raise

    def ceiling(self, invocation_id: str) -> Ceiling:
        """Return the run's budget; what it spent before (a retry, a layer) counts."""
        with self._lock:
            if invocation_id not in self.ceilings:
                self.ceilings[invocation_id] = run_ceiling(self._spent(invocation_id))
            return self.ceilings[invocation_id]

    def _spent(self, invocation_id: str) -> Amounts:
        """Return what a run has spent; where nobody knows, a request counts at its worst case."""
        self.journal.flush()
        connection = connect(self.journal.path)
        try:
            row = connection.execute(
                "select coalesce(sum(coalesce(cost_usd, reserved_usd)), 0), "
                "coalesce(sum(case when cost_usd is null or (is_usage_estimated = 1 and "
                "prompt_tokens + completion_tokens = 0) then reserved_tokens "
                "else prompt_tokens + completion_tokens end), 0), "
                "count(*) from llm_attempts"
                " where invocation_id in (select value from json_each(?))",
                [json.dumps(journal.layers_of(invocation_id))],
            ).fetchone()
        finally:
            connection.close()
        return Amounts(*row)

    def close(self) -> None:
        """Write what is queued, close the clients and end the threads."""
        try:
            for lane in self._lanes.values():
                self.run(lane.close())
        finally:
            self.journal.put([("delete from llm_claims where owner = ?", (self.owner,))])
            self.journal.close()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)


_current: tuple[Any, Runtime] | None = None
_guard = threading.Lock()


def runtime() -> Runtime:
    """Return this process's runtime; a new one after the settings (or the process) changed."""
    global _current
    known = settings()
    mark = (
        os.getpid(), known.model_dump_json(), current_endpoint(), secret_mark(known),
        endpoints_mark(),
    )  # fmt: skip
    with _guard:
        if _current is not None and _current[0] == mark:
            return _current[1]
        if _current is not None and _current[0][0] == os.getpid():
            _current[1].close()
        _current = (mark, Runtime(current_endpoint()))
        return _current[1]


def secret_mark(known: Any) -> int:
    """Return a number that changes with the key and the headers, which model dumps hide."""
    secrets = [known.llm_api_key, *known.llm_extra_headers.values()]
    return hash(tuple(secret.get_secret_value() if secret else None for secret in secrets))


def close_runtime() -> None:
    """Close this process's runtime, if there is one."""
    global _current
    with _guard:
        if _current is not None and _current[0][0] == os.getpid():
            _current[1].close()
        _current = None


atexit.register(close_runtime)
