"""Killed, out of disk, twice at once: nothing that arrived is lost, nothing is paid twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from tests.python_models.llm.server import ROOT, Server

IN_FLIGHT = 16


def start(rows: int, out: Path, *more: str) -> subprocess.Popen:
    """Start a build in a process of its own."""
    command = [sys.executable, "-m", "tests.python_models.llm.driver", str(rows), str(out), *more]
    environment = os.environ | {"LLM_CONCURRENCY": str(IN_FLIGHT), "LLM_MODE": "fixed"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def kill_when(process: subprocess.Popen, server: Server, answered: int) -> None:
    """Kill a build as soon as the server has answered so many requests."""
    while process.poll() is None and server.counters()["answered"] < answered:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def kill_at(server: Server, journal, tmp_path: Path, points: list[int], rows: int) -> None:
    """Kill builds at the given numbers of answers, finish, and hold the ledger to the server."""
    out = tmp_path / "out.json"
    for kills, point in enumerate(points, start=1):
        kill_when(start(rows, out), server, point)
        arrived = journal(
            "select count(*) as n from llm_attempts where state in ('arrived', 'answered')"
        )
        # what the server sent and we did not read yet is all that may be missing
        assert arrived[0]["n"] >= server.counters()["answered"] - IN_FLIGHT * kills
    assert start(rows, out).wait() == 0
    result, counters = json.loads(out.read_text()), server.counters()
    assert [row["status"] for row in result] == ["ok"] * rows
    assert len({row["call_id"] for row in result}) == rows
    assert counters["requests"] <= rows + IN_FLIGHT * len(points)
    states = journal("select state, count(*) as n from llm_attempts group by state")
    by_state = {row["state"]: row["n"] for row in states}
    assert by_state["answered"] == rows
    assert counters["answered"] - rows <= by_state.get("lost", 0)


def test_a_killed_build_asks_only_what_had_not_arrived(server, journal, tmp_path) -> None:
    server.show(latency_ms=60)
    kill_at(server, journal, tmp_path, [20, 90], rows=150)


@pytest.mark.long
def test_twenty_random_kills_lose_nothing(server, journal, tmp_path) -> None:
    server.show(latency_ms=60)
    points = sorted(random.Random(11).sample(range(5, 980), 20))
    kill_at(server, journal, tmp_path, points, rows=1000)


def test_a_full_disk_stops_the_step_and_the_next_run_goes_on(server, tmp_path, journal) -> None:
    server.show(latency_ms=20)
    lake()
    out = tmp_path / "out.json"
    failed = start(300, out, str(300 * 1024))
    _, said = failed.communicate()
    assert failed.returncode == 3, said
    assert "journal.db cannot be written" in said and "Free space" in said
    kept = journal("select count(*) as n from llm_attempts where state = 'answered'")[0]["n"]
    before = server.counters()["requests"]
    assert 0 < kept <= before < 300
    assert start(300, out).wait() == 0
    assert {row["status"] for row in json.loads(out.read_text())} == {"ok"}
    assert server.counters()["requests"] <= 300 + (before - kept)


def test_two_builds_at_once_ask_each_question_once(server, tmp_path) -> None:
    server.show(latency_ms=60)
    outs = [tmp_path / "one.json", tmp_path / "two.json"]
    builds = [start(200, out) for out in outs]
    assert [build.wait() for build in builds] == [0, 0]
    results = [json.loads(out.read_text()) for out in outs]
    assert results[0] == results[1]
    assert {row["status"] for row in results[0]} == {"ok"}
    assert server.counters()["requests"] == 200


def test_claims_of_a_killed_build_do_not_hold_up_the_next(server, tmp_path) -> None:
    server.show(latency_ms=1500)
    kill_when(start(8, tmp_path / "out.json"), server, 8)
    server.show()
    started = time.monotonic()
    assert start(8, tmp_path / "out.json").wait() == 0
    assert time.monotonic() - started < 60
