"""What `make bench-api` does, small: nothing fails, nobody gets in, files arrive whole.

How fast anything is, is not asserted here.
"""

from __future__ import annotations

import asyncio

import pytest

from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from tests.benchmarks.api import files, load
from tests.benchmarks.api.serving import served
from tests.dashboards.synthetic import write_release

pytestmark = pytest.mark.slow


def test_a_small_bench_of_the_api_has_no_error_lets_nobody_in_and_holds_its_memory() -> None:
    release = lake().root / "releases" / "r000007.duckdb"
    write_release(release)
    lake().latest.symlink_to(release)
    key = make_key("bench", ["read", "write"], list(TIERS), 1)
    with served() as server:
        found = asyncio.run(load.offered(server.url, key, rate=20, seconds=3))
        assert sum(found.statuses.values()) == 66 and not found.errors
        assert set(found.statuses) == {200, 304} and found.p95() > 0
        told = asyncio.run(load.wrong_keys(server.url, key, 100))
        assert told["wrong 401"] + told["wrong 429"] == 100 and told["wrong 429"] > 0
        assert told["right 200"] == 2
        up = files.uploaded(server, key, 15_000_000)
        assert up["is_whole"] and up["bytes"] >= 15_000_000 and up["grown_mb"] < 200
        down = files.downloaded(server, key, 15_000_000, key.split("_")[1])
        assert down["is_whole"] and down["bytes"] >= 15_000_000 and down["grown_mb"] < 200
    noted = journal.rows("select count(*) as n from api_requests where status < 400")
    assert noted[0]["n"] >= 66
