"""Processes that read what was fetched: one that crashes or hangs takes no other answer with it."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from ingestion.lakehouse.settings import settings

READING_SECONDS = 60.0  # what takes longer hangs
T = TypeVar("T")


class ReadingCrashed(Exception):
    """Reading something ended the process that did it, never ended, or raised."""


@dataclass(frozen=True)
class Late:
    """What a function is given once a process is free for it: until then it takes no memory."""

    get: Callable[[], Any]


class Workers:
    """A few processes; functions and what they take and give are picklable."""

    def __init__(self, count: int | None = None, seconds: float = READING_SECONDS) -> None:
        self.count, self.seconds = count or settings().sluice_threads, seconds
        self._free = asyncio.Semaphore(self.count + 1)
        self._alone = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def start(self, get_ready: Callable[[], object]) -> None:
        """Begin to start the processes, each of which gets ready: that takes a second."""
        if self._pool is None:
            self._pool = _pool(self.count)
            for _ in range(self.count):
                self._pool.submit(get_ready)

    async def run(self, function: Callable[..., T], *given: Any, **named: Any) -> T:
        """Return what a function returns; it is given what a `Late` gets in the place of that.

        Raises:
            ReadingCrashed: it broke two processes, the second one alone with it, or raised.
        """
        async with self._free:
            given = tuple(one.get() if isinstance(one, Late) else one for one in given)
            self._pool = self._pool or _pool(self.count)
            pool = self._pool
            try:
                return await self._within(pool, function, given, named)
            except (BrokenProcessPool, TimeoutError):
                if self._pool is pool:
                    self._pool = None
                _end(pool)
        async with self._alone:  # who of those that were read then did it?
            pool = _pool(1)
            try:
                return await self._within(pool, function, given, named)
            except BrokenProcessPool:
                raise ReadingCrashed("reading it ended the process that did, twice") from None
            except TimeoutError:
                raise ReadingCrashed(f"reading it took more than {self.seconds:.0f} s") from None
            finally:
                _end(pool)

    async def _within(
        self, pool: ProcessPoolExecutor, function: Callable[..., T], given: Any, named: Any
    ) -> T:
        future = pool.submit(function, *given, **named)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.seconds)
        except (BrokenProcessPool, TimeoutError):
            raise
        except Exception as error:  # nobody foresaw it: what else is read goes on
            why = f"reading it failed: {type(error).__name__}: {error}"
            raise ReadingCrashed(why) from error

    async def __aenter__(self) -> Workers:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            _end(self._pool)


def _pool(count: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # this process has threads
    return ProcessPoolExecutor(max_workers=count, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Have this process end when the one that started it does: a killed one tells nobody."""
    os.nice(5)  # asking goes first: a host that waits for us waits for nothing
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _end(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
