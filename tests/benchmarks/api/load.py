"""Requests offered at a rate, whether earlier ones were answered or not; and wrong keys."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx2

# share of the mix -> address; the first half is asked with the ETag of its last answer
CONSTANT = "system/health"
PAGE = "tables/telemetry.readings/rows?limit=100"
MIX = (
    (0.50, "if-none-match", "telemetry/issues"),
    (0.25, "page", PAGE),
    (0.15, "status", "system/status"),
    (0.10, "filtered", "tables/telemetry.issues/rows?filter=severity:ne:low&limit=20"),
)


@dataclass
class Answers:
    """How requests were answered: seconds by kind, and the statuses that were not right."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def p95(self, *kinds: str) -> float:
        """Return the 95th percentile of seconds, of these kinds or of all but the constant one."""
        wanted = kinds or tuple(kind for kind in self.seconds if kind != "constant")
        times = sorted(one for kind in wanted for one in self.seconds.get(kind, ()))
        return times[min(len(times) - 1, int(0.95 * len(times)))]


async def offered(url: str, key: str, rate: float, seconds: float, seed: int = 7) -> Answers:
    """Offer the mix at a rate, and beside it the constant endpoint at a tenth of it.

    Args:
        rate: requests of the mix a second; each has its moment and does not wait for others.
        seconds: for how long.
    """
    chance, found = random.Random(seed), Answers()
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx2.AsyncClient(base_url=f"{url}/", headers=headers, limits=limits,
                                  timeout=60) as client:  # fmt: skip
        etag = (await client.get(MIX[0][2])).headers["etag"]
        await asyncio.gather(*(client.get(address) for _, _, address in MIX))
        plan = []
        for number in range(int(rate * seconds)):
            _, kind, address = chance.choices(MIX, [share for share, *_ in MIX])[0]
            plan.append((number / rate, kind, address))
        plan += [(n * 10 / rate, "constant", CONSTANT) for n in range(int(rate * seconds / 10))]
        began = time.perf_counter()

        async def one(at: float, kind: str, address: str) -> None:
            await asyncio.sleep(max(0.0, began + at - time.perf_counter()))
            asked = {"If-None-Match": etag} if kind == "if-none-match" else {}
            sent = time.perf_counter()
            try:
                answer = await client.get(address, headers=asked)
            except httpx2.HTTPError as error:
                found.errors[type(error).__name__] += 1
                return
            found.seconds.setdefault(kind, []).append(time.perf_counter() - sent)
            found.statuses[answer.status_code] += 1
            if answer.status_code != (304 if asked else 200):
                found.errors[f"{kind}: {answer.status_code}"] += 1

        await asyncio.gather(*(one(*each) for each in plan))
    return found


async def wrong_keys(url: str, key: str, count: int) -> Counter[str]:
    """Send wrong keys, near ones among them, and the right one between; counts what came of it."""
    chance, found = random.Random(11), Counter[str]()
    begin, _, secret = key.rpartition("_")
    async with httpx2.AsyncClient(timeout=60) as client:

        async def one(given: str, name: str) -> None:
            headers = {"Authorization": f"Bearer {given}"}
            answer = await client.get(f"{url}/tables", headers=headers)
            found[f"{name} {answer.status_code}"] += 1

        for at in range(0, count, 50):
            tries = []
            for _ in range(min(50, count - at)):
                place = chance.randrange(len(secret))
                other = chance.choice([one for one in "abcdefgh01234567" if one != secret[place]])
                tries.append(f"{begin}_{secret[:place]}{other}{secret[place + 1 :]}")
            await asyncio.gather(*(one(wrong, "wrong") for wrong in tries), one(key, "right"))
    return found
