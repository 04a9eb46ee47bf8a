"""Ask the hosts of a local web: impatiently, each under a name of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from ingestion.landing.web.addresses import NameMap
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.fetcher import Fetcher
from ingestion.landing.web.retrying import Patience
from tests.ingestion.landing.web.local_web import LocalWeb

HOSTS = ("a.example", "b.example", "c.example", "evil.example")
QUICK = Patience(connect=2, read=1, total=3, first_wait=0.05, jitter=lambda: 0.5)


def ask(url: str, **given: Any) -> Ask:
    known: dict[str, Any] = {"source": "s", "role": "feed", "key": url, "cap": 1_000_000}
    return Ask(url, **known | {"gap_seconds": 0.0} | given)


def fetched(web: LocalWeb, *asks: Ask, patience: Patience = QUICK) -> list[Answer]:
    """Return the answers of addresses that are asked at once."""

    async def run() -> list[Answer]:
        names = NameMap(web.resolve(*HOSTS), is_all=True)
        async with Fetcher("Sluice/0 (+test)", names, patience) as fetcher:
            return list(await asyncio.gather(*(fetcher.fetch(one) for one in asks)))

    return asyncio.run(run())


def one(web: LocalWeb, url: str, **given: Any) -> Answer:
    return fetched(web, ask(url, **given))[0]
