"""Connections are kept by host, and not more of them than may wait."""

from __future__ import annotations

import asyncio

import pytest

from ingestion.landing.web import connections
from ingestion.landing.web.addresses import NameMap
from ingestion.landing.web.connections import HostPools
from ingestion.landing.web.fetcher import Fetcher
from tests.ingestion.landing.web.fetching import HOSTS, QUICK, ask
from tests.ingestion.landing.web.local_web import LocalWeb, Reply


def pools_after(web: LocalWeb, *rounds: list[str]) -> HostPools:
    """Ask hosts, all of a round at once; returns what is kept before it is closed."""

    async def run() -> HostPools:
        names = NameMap(web.resolve(*HOSTS), is_all=True)
        async with Fetcher("Sluice/0 (+test)", names, QUICK) as fetcher:
            for hosts in rounds:
                asks = [ask(f"http://{host}/x", obeys_robots=False) for host in hosts]
                answers = await asyncio.gather(*map(fetcher.fetch, asks))
                assert {one.content for one in answers} == {b"x"}
            pools: HostPools = fetcher._pools[False]._transport._pool  # type: ignore[attr-defined]
            kept = dict(pools._pools)
        assert pools._pools == {} and not any(pool.connections for pool in kept.values())
        pools._pools = kept
        return pools

    for host in HOSTS:
        web.say(host, "/x", Reply(b"x", seconds=0.05))
    return asyncio.run(run())


def hosts_of(pools: HostPools) -> list[str]:
    return [host.decode() for _, host, _ in pools._pools]


def test_a_host_is_asked_over_the_connection_it_has(web: LocalWeb) -> None:
    before = web.connection_count
    pools = pools_after(web, list(HOSTS), list(HOSTS), list(HOSTS))
    assert hosts_of(pools) == list(HOSTS)
    assert web.connection_count - before == len(HOSTS)


def test_who_was_asked_longest_ago_gives_way(
    web: LocalWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_POOLS", 2)
    a, b, c, d = HOSTS
    assert hosts_of(pools_after(web, [a], [b], [a], [c])) == [a, c]
    # who is being asked keeps its connection, however many there are
    assert hosts_of(pools_after(web, [a, b, c, d])) == [a, b, c, d]
