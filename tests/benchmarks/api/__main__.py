"""`make bench-api ARGS="--rate 150 --seconds 30 --megabytes 1000"`: prints each figure beside what
is to be reached; exits with 1 when one is not."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from tests.benchmarks.api import beside, files, load, work
from tests.benchmarks.api.serving import Served, served
from tests.dashboards.synthetic import write_release

Figure = tuple[str, float, str, bool]  # what, measured, to reach, whether it is


def beside_a_build(server: Served, built: Path, folder: Path, seconds: float) -> Iterator[Figure]:
    """Yield what reads and a build cost each other."""
    key = make_key("beside", ["read"], list(TIERS), 1)
    reads, build = beside.measured(server.url, key, built, folder, seconds)
    yield f"mix at {beside.RATE}/s beside a build: p95 / alone", reads, "<= 3", reads <= 3
    yield "  the build's seconds / alone", build, "<= 1.3", build <= 1.3


def figures(
    server: Served, rate: float, seconds: float, wrong: int, megabytes: int
) -> Iterator[Figure]:
    """Yield what was measured, one after the other."""
    key = make_key("bench", ["read", "write"], list(TIERS), 1)
    owner = key.split("_")[1]
    found = asyncio.run(load.offered(server.url, key, rate, seconds))
    slow = found.p95() / found.p95("constant")
    yield f"mix at {rate:g}/s: p95 / constant endpoint's", slow, "<= 3", slow <= 3
    for kind in (*(kind for _, kind, _ in load.MIX), "constant"):
        yield f"  {kind}: p95 ms", 1000 * found.p95(kind), "", True
    count = sum(found.errors.values())
    yield "  errors", count, "0", count == 0
    told = asyncio.run(load.wrong_keys(server.url, key, wrong))
    let_in = sum(n for name, n in told.items() if name.startswith("wrong 2"))
    refused = sum(n for name, n in told.items() if name.startswith("right") and "200" not in name)
    yield f"{wrong} wrong keys: let in", let_in, "0", let_in == 0
    yield "  right keys refused", refused, "0", refused == 0
    size = megabytes * 1_000_000
    up = files.uploaded(server, key, size)
    yield (
        f"upload of {megabytes} MB: memory grown, MB",
        up["grown_mb"],
        "<= 200",
        (up["grown_mb"] <= 200 and up["is_whole"]),
    )
    files.free(lake().uploads)
    down = files.downloaded(server, key, size, owner)
    yield (
        f"download of {megabytes} MB, cut 5 times: memory grown, MB",
        down["grown_mb"],
        ("<= 200, same SHA-256"),
        down["grown_mb"] <= 200 and down["is_whole"],
    )
    batch = work.standardised(server.url, key)
    yield "standardize/batch / decoder alone", batch, "<= 2", batch <= 2
    verdict = work.validated(server.url, key)
    yield "validate/conversation p95 / bare SQL", verdict, "<= 2", verdict <= 2


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.api", description=__doc__)
    parser.add_argument("--rate", type=float, default=150, help="requests offered a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--wrong", type=int, default=5_000, help="wrong keys sent")
    parser.add_argument("--megabytes", type=int, default=1_000, help="of a file up and down")
    parser.add_argument("--built", type=Path, help="a lake of `make run`, built beside the reads")
    options = parser.parse_args()
    is_reached = True
    with tempfile.TemporaryDirectory(prefix="bench-api-") as folder:
        os.environ["SLUICE_LAKE"] = str(Path(folder) / "lake")
        reset_settings()
        release = lake().root / "releases" / "r000007.duckdb"
        write_release(release)
        lake().latest.symlink_to(release)
        with served() as server:
            found = figures(server, options.rate, options.seconds, options.wrong, options.megabytes)
            if options.built:
                also = beside_a_build(server, options.built, Path(folder), options.seconds)
                found = chain(also, found)
            for what, measured, wanted, is_good in found:
                is_reached &= is_good
                mark = "" if is_good else "  NOT REACHED"
                sys.stdout.write(f"{what:58} {measured:10.2f}  {wanted}{mark}\n")
                sys.stdout.flush()
    return 0 if is_reached else 1


if __name__ == "__main__":
    raise SystemExit(main())
