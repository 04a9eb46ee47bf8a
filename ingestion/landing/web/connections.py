"""Connections of a run, kept by host: one pool of all would look at each of them at every request.

With 90 hosts that was a third of the CPU that asking them took.
"""

from __future__ import annotations

from collections.abc import Callable

import httpcore2

MOST_POOLS = 100  # hosts with a connection that waits for its next request


class HostPools(httpcore2.AsyncConnectionPool):
    """Pools of connections, one an origin; who was asked longest ago gives way."""

    def __init__(self, new_pool: Callable[[], httpcore2.AsyncConnectionPool]) -> None:
        super().__init__(max_connections=0)  # it has none itself
        self._new_pool = new_pool
        self._pools: dict[tuple[bytes, bytes, int], httpcore2.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        """Send a request over a connection of its host."""
        while (surplus := self._surplus()) is not None:
            await self._pools.pop(surplus).aclose()
        origin = request.url.origin
        key = (origin.scheme, origin.host, origin.port)
        pool = self._pools.pop(key, None) or self._new_pool()
        self._pools[key] = pool  # the last one asked comes last
        return await pool.handle_async_request(request)

    def _surplus(self) -> tuple[bytes, bytes, int] | None:
        if len(self._pools) < MOST_POOLS:
            return None
        return next((key for key, pool in self._pools.items() if not pool._requests), None)

    async def aclose(self) -> None:
        """Close all connections."""
        while self._pools:
            await self._pools.popitem()[1].aclose()
