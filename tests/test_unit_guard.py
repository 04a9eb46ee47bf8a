"""A test marked `unit` starts no process and no server."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests import conftest, unit_guard


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _serve() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


def _ask() -> None:
    with socket.socket() as client:
        client.connect(("127.0.0.1", 9))


@pytest.mark.parametrize(
    "start",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.system("true"),
        _fork,
        lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
        _serve,
        _ask,
    ],
    ids=["subprocess", "system", "fork", "spawn", "server", "client"],
)
def test_what_a_unit_test_may_not_do_raises(start: Callable[[], object]) -> None:
    with unit_guard.watching("the test"), pytest.raises(unit_guard.NotAUnitTest, match="the test"):
        start()


def test_a_unit_test_is_watched(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("unit")
    assert unit_guard.running() == request.node.nodeid


def test_a_process_may_be_started_when_no_unit_test_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_guard, "_running", [])
    assert subprocess.run([sys.executable, "-c", ""], check=True).returncode == 0


@pytest.mark.parametrize("places", [conftest.UNIT, conftest.SLOW], ids=["unit", "slow"])
def test_what_is_marked_by_its_place_is_there(places: tuple[str, ...]) -> None:
    tests = conftest.PROJECT_ROOT / "tests"
    assert [place for place in places if not (tests / place).exists()] == []
