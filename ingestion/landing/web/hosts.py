"""Who may be asked when: few at once in all, one after another at a host, with a gap between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

AT_ONCE = 32  # requests in flight in all
LONGEST_WAIT = 60.0  # seconds a host may ask to be left alone; longer: the next run


class HostClosed(Exception):
    """A host asks to be left alone for longer than this run waits."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asks to be left alone for {seconds:.0f} s; the next run asks it")
        self.seconds = seconds


@dataclass
class Host:
    """One host's queue."""

    name: str
    gap_seconds: float = 0.0
    concurrency: int = 0  # nobody has said yet
    next_start: float = 0.0  # of the loop's clock
    closed_for: float | None = None  # seconds
    in_flight: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def obey(self, gap_seconds: float, concurrency: int) -> None:
        """Take note of what one source wants: the gentlest of all counts."""
        self.gap_seconds = max(self.gap_seconds, gap_seconds)
        self.concurrency = min(self.concurrency or concurrency, concurrency)

    def pause(self, seconds: float) -> None:
        """Leave the whole host alone for a while."""
        if seconds > LONGEST_WAIT:
            self.closed_for = max(self.closed_for or 0.0, seconds)
            return
        now = asyncio.get_running_loop().time()
        self.next_start = max(self.next_start, now + seconds)


class Hosts:
    """The queues of all hosts of a run."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._hosts: dict[str, Host] = {}
        self._all = asyncio.Semaphore(at_once)

    def host(self, name: str) -> Host:
        """Return the queue of a host."""
        return self._hosts.setdefault(name, Host(name))

    @asynccontextmanager
    async def turn(self, host: Host) -> AsyncIterator[None]:
        """Wait for a host's turn, then hold it; what waits for a gap keeps nobody else waiting.

        Raises:
            HostClosed: it is to be left alone in this run.
        """
        async with host.changed:
            await host.changed.wait_for(lambda: host.in_flight < host.concurrency)
            host.in_flight += 1
        try:
            await self._gap(host)
            async with self._all:
                await self._gap(host)  # a pause may have been asked for meanwhile
                host.next_start = asyncio.get_running_loop().time() + host.gap_seconds
                yield
        finally:
            async with host.changed:
                host.in_flight -= 1
                host.changed.notify()

    async def _gap(self, host: Host) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if host.closed_for is not None:
                raise HostClosed(host.name, host.closed_for)
            wait = host.next_start - loop.time()
            if wait <= 0:
                return
            await asyncio.sleep(wait)
