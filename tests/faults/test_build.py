"""dbt builds that are killed or fail at a gate, with readers asking all the time."""

from __future__ import annotations

import random
import signal
import threading
import time

import pytest

from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from python_models.release.reader import open_release
from python_models.runs import __main__ as commands
from tests.python_models.conftest import tiny  # noqa: F401  the fixture
from tests.python_models.tiny import Tiny

STEPS = [
    "node.stg_tiny__things",
    "node.gate_tiny__after_staging",
    "node.things",
    "node.totals",
    "node.orders",
    "node.llm_shop__orders_judged",
    "node.gate_tiny__before_release",
    "publish.written",
    "publish.committed",
    "publish.recorded",
    "release_file.written",
    "release_file.named",
    "node.release_tiny__published",
]
BOTH_DOMAINS = ("--vars", "{shop: true}")


def rows() -> dict[str, list[tuple]]:
    """Return the released rows, without the column that is declared volatile."""
    with open_release() as connection:
        return {
            "things": connection.execute("from tiny.things order by thing_id").fetchall(),
            "totals": connection.execute(
                "select * exclude (invocation_id) from tiny.totals order by thing_date"
            ).fetchall(),
            "orders": connection.execute("from shop.orders order by machine").fetchall(),
            "requests": connection.execute("select count(*) from llm.attempts").fetchall(),
        }


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_run_killed_in_a_phase_and_resumed_releases_what_an_undisturbed_one_does(
    tiny: Tiny,  # noqa: F811
    step: str,
) -> None:
    tiny.write_things(days=4)
    assert tiny.dbt("build", *BOTH_DOMAINS, FAULT=step)[0] == 137
    assert lock.holder() is None
    assert commands.main(["resume"]) == 0
    resumed = rows()
    assert (len(resumed["things"]), len(resumed["orders"])) == (16, 5)
    assert resumed["requests"] == [(5,)], "an answer was asked for twice"
    assert tiny.dbt("build", *BOTH_DOMAINS, "--full-refresh")[0] == 0
    assert rows() == resumed


def watch(stop: threading.Event, seen: list[int], failures: list[str]) -> None:
    """Ask every 50 ms, as a page does, and note whatever is not one whole release."""
    while not stop.is_set():
        try:
            with open_release() as connection:
                things = connection.execute("select count(*) from tiny.things").fetchone()
                total = connection.execute("select sum(thing_count) from tiny.totals").fetchone()
                connection.execute("select count(*) from ops.runs").fetchone()
            if things != total:
                failures.append(f"{things} things, but their totals say {total}")
            seen.append(things[0])
        except Exception as error:  # noqa: BLE001  every failure of a reader is what is looked for
            failures.append(repr(error))
        time.sleep(0.05)


def build_under_readers(project: Tiny, builds: int, killed: int, gated: int, seed: int) -> None:
    """Build again and again while a reader asks; some are killed, some stopped by a gate."""
    chance = random.Random(seed)
    special, hits = chance.sample(range(builds), killed + gated), 0
    began = time.monotonic()
    assert project.dbt("build")[0] == 0
    took = time.monotonic() - began
    stop, seen, failures = threading.Event(), [], []
    reader = threading.Thread(target=watch, args=(stop, seen, failures))
    reader.start()
    try:
        for number in range(builds):
            days = 4 + number
            if number in special[:killed]:
                project.write_things(days=days)
                process = project.start("build")
                time.sleep(took * chance.uniform(0.2, 0.7))
                process.kill()
                hits += process.wait() == -signal.SIGKILL
            elif number in special:
                project.write_things(days=days, value=-1)
                assert project.dbt("build")[0] == 1
            else:
                project.write_things(days=days)
                assert project.dbt("build")[0] == 0
    finally:
        stop.set()
        reader.join()
    assert failures == []
    assert hits > killed // 2, "most builds had ended before they were killed"
    assert len(set(seen)) > 1
    project.write_things(days=2)
    assert project.dbt("build")[0] == 0
    with open_release() as connection:
        assert connection.execute("select count(*) from tiny.things").fetchone() == (8,)
    assert not list(lake().releases.glob(".release-*"))


def test_reader_sees_whole_releases_through_builds_of_which_one_is_killed_and_one_is_gated(
    tiny: Tiny,  # noqa: F811
) -> None:
    build_under_readers(tiny, builds=3, killed=1, gated=1, seed=3)


@pytest.mark.long
def test_reader_sees_whole_releases_through_twenty_builds(tiny: Tiny) -> None:  # noqa: F811
    build_under_readers(tiny, builds=20, killed=3, gated=3, seed=20)
