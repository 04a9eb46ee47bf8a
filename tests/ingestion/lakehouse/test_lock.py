from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.lakehouse import lock

_HOLD = """
import sys, time
from ingestion.lakehouse import lock
lock.acquire(command="a long build")
print("held", flush=True)
time.sleep(float(sys.argv[1]))
lock.release()
"""


def hold_elsewhere(seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_second_builder_is_told_who_holds_the_lake_since_when_and_what_to_do() -> None:
    process = hold_elsewhere(60)
    try:
        with pytest.raises(lock.LakeLocked) as refused:
            lock.acquire()
    finally:
        process.kill()
        process.wait()
    text = str(refused.value)
    assert f"process {process.pid} on " in text
    assert "`a long build`" in text
    assert "since 20" in text
    assert "SLUICE_LOCK_WAIT_SECONDS" in text
    assert f"kill {process.pid}" in text


def test_lock_of_a_killed_builder_is_free_at_once() -> None:
    process = hold_elsewhere(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert lock.holder() is None
    with lock.build_lock():
        assert lock.holder().pid == os.getpid()
    assert lock.holder() is None


def test_builder_that_may_wait_goes_on_when_the_other_is_done() -> None:
    process = hold_elsewhere(1)
    lock.acquire(wait_seconds=60)
    assert process.wait(timeout=5) == 0
    lock.release()


def test_process_that_holds_the_lock_takes_it_again_and_gives_it_back_as_often() -> None:
    with lock.build_lock():
        with lock.build_lock():
            pass
        assert lock.holder().pid == os.getpid()
    assert lock.holder() is None


def test_looking_at_the_holder_never_makes_a_builder_fail() -> None:
    looking = (
        "from ingestion.lakehouse import lock\n"
        "seen = set()\n"
        "while True:\n"
        "    found = lock.holder()\n"
        "    state = found.pid if found else None\n"
        "    if state not in seen:\n"
        "        seen.add(state)\n"
        "        print(state, flush=True)\n"
    )
    looker = subprocess.Popen([sys.executable, "-c", looking], stdout=subprocess.PIPE, text=True)
    taken = 0
    try:
        assert looker.stdout and looker.stdout.readline() == "None\n"  # it does look
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline or not taken:
            with lock.build_lock():
                taken += 1
                assert lock.is_held_here()
        assert lock.holder() is None
    finally:
        looker.kill()
        said, _ = looker.communicate()
    assert looker.returncode == -signal.SIGKILL  # it looked to the end
    assert str(os.getpid()) in said.split(), "the looker never met the builder"


_USE_LENT = """
from ingestion.lakehouse import lock
with lock.build_lock(command="a layer"):
    pass
print("built")
"""


def test_a_lock_is_lent_to_a_process_and_stays_with_whoever_lent_it() -> None:
    with lock.build_lock(command="a run of layers"):
        lent, descriptors = lock.lent()
        done = subprocess.run(
            [sys.executable, "-c", _USE_LENT],
            env=os.environ | lent,
            pass_fds=descriptors,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout) == (0, "built\n"), done.stderr
        found = lock.holder()
        assert found is not None
        assert (found.pid, found.command) == (os.getpid(), "a run of layers")
        alone = subprocess.run([sys.executable, "-c", _USE_LENT], capture_output=True, text=True)
        assert "is in use by process" in alone.stderr
    assert lock.lent() == ({}, ())
    assert lock.holder() is None


def test_a_descriptor_of_another_file_lends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    process = hold_elsewhere(60)
    try:
        with (tmp_path / "other").open("w") as other:
            monkeypatch.setenv(lock.LENT, str(other.fileno()))
            with pytest.raises(lock.LakeLocked):
                lock.acquire()
    finally:
        process.kill()
        process.wait()
