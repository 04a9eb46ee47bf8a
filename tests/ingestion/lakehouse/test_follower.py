from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import psutil
import pytest

from ingestion.lakehouse.follower import Follower
from ingestion.lakehouse.settings import SettingsError

_SERVER = """
import sys, threading
from ingestion.lakehouse.follower import end_with_input
end_with_input()
print("http://here", flush=True)
threading.Event().wait()
"""
_STARTER = """
import sys, time
from ingestion.lakehouse.follower import Follower
print(Follower("a server", ["-c", sys.argv[1]], {}).process.pid, flush=True)
time.sleep(600)
"""


def test_a_server_says_where_it_listens_and_is_ended() -> None:
    server = Follower("a server", ["-c", _SERVER], {})
    assert (server.address, server.has_ended) == ("http://here", False)
    server.end()
    assert server.has_ended


def test_a_server_that_does_not_start_is_named() -> None:
    with pytest.raises(SettingsError, match="a server did not start: exit code 3"):
        Follower("a server", ["-c", "raise SystemExit(3)"], {})


@pytest.mark.parametrize("said", ["", "http://he"])
def test_a_server_that_never_says_where_it_listens_is_named_and_ended(said: str) -> None:
    before = set(psutil.Process().children())
    silent = f"import threading; print({said!r}, end='', flush=True); threading.Event().wait()"
    with pytest.raises(SettingsError, match="a server did not say within 0.5 seconds where"):
        Follower("a server", ["-c", silent], {}, wait_s=0.5)
    assert set(psutil.Process().children()) <= before


def test_a_server_ends_with_whoever_started_it_however_that_ends() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER, _SERVER], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    server = os.pidfd_open(int(starter.stdout.readline()))
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    ended, _, _ = select.select([server], [], [], 60)
    os.close(server)
    assert ended
