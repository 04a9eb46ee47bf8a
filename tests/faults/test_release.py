from __future__ import annotations

import contextlib
import os
import random
import re
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from tests.faults.publisher import Server, start_server
from tests.faults.small_disk import on_a_small_disk

KILLED = 137


@pytest.fixture
def publisher() -> Iterator[Server]:
    server = start_server()
    yield server
    server.process.kill()
    server.process.wait()


def released_days() -> int:
    """Return how many days the release has, after making sure that it is a whole one."""
    path = lake().latest.resolve()
    with duckdb.connect(str(path), read_only=True) as connection:
        things, days = connection.execute("select things, days from plant.totals").fetchone()
        counted = connection.execute(
            "select count(*), count(distinct thing_date) from plant.things"
        ).fetchone()
        pinned = connection.execute(
            "select sum(rows) from ops.release_tables where release_id ="
            " (select release_id from ops.releases where is_current)"
        ).fetchone()
    assert counted == (things, days), "two tables of one release are of different builds"
    assert pinned == (things + 1,)
    return days


def test_kill_at_every_step_of_a_publication_leaves_a_whole_release_and_needs_no_cleaning(
    publisher: Server,
) -> None:
    assert publisher.publish(1) == 0
    days, visit = 1, 0
    while True:
        visit += 1
        code = publisher.publish(days + 1, FAULT=f"*:{visit}")
        assert released_days() in (days, days + 1)
        assert lock.holder() is None
        days += 1
        if code == 0:
            break
        assert code == 137
        assert publisher.publish(days) == 0
        assert released_days() == days
    assert visit > 6, "fewer steps than there are: the fault points have moved"
    assert not list(lake().releases.glob(".release-*")), "an unfinished file was left behind"


def test_disk_that_is_full_stops_the_build_and_not_the_readers(publisher: Server) -> None:
    assert publisher.publish(1) == 0
    publishing = (
        "from tests.faults import publisher, test_release\n"
        "try: publisher.publish_days(2)\n"
        "finally: print('readers see', test_release.released_days())\n"
    )
    command = f"{sys.executable} -c {shlex.quote(publishing)}"
    full, again = on_a_small_disk(lake().root, command, free_kilobytes=500)
    assert full.code == 1
    assert "readers see 1\n" in full.said
    assert re.search(r"disk is full: .* needs about \d+ MB at .*, where [\d.]+ MB", full.said)
    assert (again.code, again.said) == (0, "readers see 2\n")
    assert released_days() == 2


def read_until(stop: threading.Event, seen: list[int], failures: list[str]) -> None:
    """Be a reader that asks every 50 ms, as a page does."""
    while not stop.is_set():
        try:
            seen.append(released_days())
        except Exception as error:  # noqa: BLE001  every failure of a reader is what is looked for
            failures.append(repr(error))
        time.sleep(0.05)


def publish_under_readers(
    publisher: Server, rounds: int, kills: int, seed: int
) -> tuple[list[int], list[str]]:
    """Publish again and again, some of it killed at a random moment, while readers ask."""
    chance = random.Random(seed)
    killed, hits = set(chance.sample(range(rounds), kills)), 0
    stop, seen, failures = threading.Event(), [], []
    readers = [threading.Thread(target=read_until, args=(stop, seen, failures)) for _ in range(2)]
    assert publisher.publish(1) == 0
    for reader in readers:
        reader.start()
    try:
        for number in range(rounds):
            pid = publisher.start(2 + number)
            if number in killed:
                time.sleep(chance.uniform(0.02, 0.4))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            hits += publisher.wait() == KILLED
        assert publisher.publish(2 + rounds) == 0
    finally:
        time.sleep(0.2)
        stop.set()
        for reader in readers:
            reader.join()
    assert hits > kills // 2, "most publications had ended before they were killed"
    assert released_days() == 2 + rounds
    return seen, failures


def test_readers_see_whole_releases_while_builds_come_and_are_killed(
    publisher: Server,
) -> None:
    seen, failures = publish_under_readers(publisher, rounds=4, kills=1, seed=1)
    assert failures == []
    assert len(set(seen)) > 1
    assert Path(lake().latest).exists()


@pytest.mark.long
def test_readers_see_whole_releases_through_fifty_publications(publisher: Server) -> None:
    seen, failures = publish_under_readers(publisher, rounds=50, kills=10, seed=7)
    assert failures == []
    assert len(seen) >= 500
