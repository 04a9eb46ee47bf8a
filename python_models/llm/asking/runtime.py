"""What one process shares: the event loop's thread, the client, the pacer and the journal."""

from __future__ import annotations

import asyncio
import atexit
import copy
import os
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from python_models.llm.asking.budget import Amounts, Ceiling, run_ceiling
from python_models.llm.asking.pacing import Pacer
from python_models.llm.endpoints.endpoint import (
    Endpoint,
    current_endpoint,
    limits_of,
    open_client,
)
from python_models.llm.endpoints.named_endpoints import mark as endpoints_mark
from python_models.llm.endpoints.scrubbing import Scrubber
from python_models.llm.ledger.journal import Journal, connect
from python_models.llm.ledger.records import owner_identity
from python_models.llm.prompting.format_ladder import Ladder

Result = TypeVar("Result")
CANCEL_SECONDS = 30.0  # for requests under way to be cancelled and noted


class Runtime:
    """See the module docstring. One for each process and set of settings: `runtime()`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lanes: dict[str, Runtime] = {endpoint.name: self}
        self.journal = Journal(lake().journal_db)
        self.owner = os.urandom(8).hex()
        self.scrub = Scrubber()
        self.ladder = Ladder()
        self.ceilings: dict[str, Ceiling] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="llm", daemon=True)
        self._thread.start()
        self.run(self._open())
        host, pid, started = owner_identity()
        row = (self.owner, host, pid, started, time.time())
        self.journal.put([("insert into llm_owners values (?, ?, ?, ?, ?)", row)])
        self.journal.flush()

    async def _open(self) -> None:
        self.budget_changed = asyncio.Event()
        await self._open_lane()

    async def _open_lane(self) -> None:
        self.pacer = Pacer(*limits_of(self.endpoint))
        self.client = open_client(self.endpoint)

    def at(self, endpoint: Endpoint) -> Runtime:
        """Return this runtime as it asks another endpoint: own client and pace, all else shared."""
        with self._lock:
            if endpoint.name not in self._lanes:
                lane = copy.copy(self)
                lane.endpoint = endpoint
                self.run(lane._open_lane())
                self._lanes[endpoint.name] = lane
            return self._lanes[endpoint.name]

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
        """Return the run's budget; what the run spent before (a retry) counts."""
        with self._lock:
            if invocation_id not in self.ceilings:
                self.ceilings[invocation_id] = run_ceiling(self._spent(invocation_id))
            return self.ceilings[invocation_id]

    def _spent(self, invocation_id: str) -> Amounts:
        """Return what a run has spent; requests that never ended count with their worst case."""
        self.journal.flush()
        connection = connect(self.journal.path)
        try:
            row = connection.execute(
                "select coalesce(sum(coalesce(cost_usd, reserved_usd)), 0), "
                "coalesce(sum(coalesce(prompt_tokens + completion_tokens, reserved_tokens)), 0), "
                "count(*) from llm_attempts where invocation_id = ?",
                [invocation_id],
            ).fetchone()
        finally:
            connection.close()
        return Amounts(*row)

    def close(self) -> None:
        """Write what is queued, close the clients and end the threads."""
        try:
            for lane in self._lanes.values():
                self.run(lane.client.close())
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
    """Return a number that changes with the key, which model dumps hide."""
    return hash(known.llm_api_key.get_secret_value() if known.llm_api_key else None)


def close_runtime() -> None:
    """Close this process's runtime, if there is one."""
    global _current
    with _guard:
        if _current is not None and _current[0][0] == os.getpid():
            _current[1].close()
        _current = None


atexit.register(close_runtime)
