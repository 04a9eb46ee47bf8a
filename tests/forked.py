"""dbt commands of tests, each a process of its own, forked from one that has imported dbt.

A test's build takes seven seconds of a core, of which three import the same libraries as the build
before. Only libraries are imported ahead: what is tested, its settings and its environment are
read by each process for itself, and it is killed and counted like any other.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from ingestion.lakehouse.dbt_environment import DBT
from ingestion.lakehouse.settings import PROJECT_ROOT

MODULE = DBT[-1]
_LIBRARIES = (  # none that starts a thread: DuckDB, numpy and Arrow do
    "dbt.cli.main",
    "dbt.compilation",
    "dbt.task.build",
    "sqlalchemy.orm",
    "pydantic_settings",
    "openai",
    "json_repair",
    "pyiceberg.catalog.sql",
)
_HEAD = 8  # bytes that say how many follow
_MOST_FILES = 32
_FREE = 200  # descriptors from here on are nobody's


class Forked:
    """A dbt command in a process of its own, as `subprocess.Popen` shows one.

    Args:
        arguments: what follows `dbt`.
        cwd: the folder it runs in.
        env: its environment, whole.
        files: {descriptor in it: descriptor here}; else its output is a pipe of text, `stdout`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        files: Mapping[int, int] | None = None,
    ) -> None:
        self.args, self.returncode = [*DBT, *arguments], None
        reading, writing = os.pipe()
        given = files or {1: writing, 2: writing}
        asked = {"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
        message = json.dumps(asked | {"numbers": list(given)}).encode()
        self._told = socket.socket(socket.AF_UNIX)
        self._told.connect(_server())
        socket.send_fds(self._told, [f"{len(message):{_HEAD}d}".encode()], list(given.values()))
        self._told.sendall(message)
        os.close(writing)
        self._lines = self._told.makefile("r")
        self.pid = int(self._lines.readline())
        self.stdout = os.fdopen(reading, "r", encoding="utf-8", errors="replace")

    returncode: int | None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs; minus the signal that ended it."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.returncode = int(self._lines.readline())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; returns the exit code."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            select.select([self._told], [], [], left)
        return code

    def communicate(self) -> tuple[str, None]:
        """Read all it says and wait for its end."""
        said = self.stdout.read()
        self.stdout.close()
        self.wait()
        return said, None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def run(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a dbt command to its end; what it says on either stream is in `stdout`."""
    process = Forked(arguments, cwd, env)
    said, _ = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode or 0, said, "")


def run_as_subprocess(command: Sequence[str], **given: Any) -> subprocess.CompletedProcess[Any]:
    """Run what `subprocess.run` is given, forked where it is dbt and its output goes where ours
    does."""
    if tuple(command[: len(DBT)]) != DBT or given.keys() - {
        "cwd",
        "env",
        "pass_fds",
        "check",
    }:
        return subprocess.run(command, **given)
    files = {number: number for number in (1, 2, *given.get("pass_fds", ()))}
    process = Forked(command[len(DBT) :], given["cwd"], given["env"], files)
    return subprocess.CompletedProcess(command, process.wait())


@cache
def _server() -> str:
    """Start the process that others are forked from; it ends with this one. Returns its socket."""
    address = str(Path(tempfile.mkdtemp(prefix="forked")) / "socket")
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", __name__, address],
        cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", "it could not import what it is there for"
    _STARTED.append(server)
    return address


_STARTED: list[subprocess.Popen[bytes]] = []  # its standard input stays open as long as this one


def _serve(address: str) -> dict[str, Any]:
    """Fork a process for each request; returns what is asked for, in that process alone."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        asking, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            return _forked(asking)
        asking.close()


def _forked(asking: socket.socket) -> dict[str, Any]:
    """Fork once more, and tell the process's number and its end; returns in the new one alone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, files, _, _ = socket.recv_fds(asking, _HEAD, _MOST_FILES)
    asked = b""
    while len(asked) < int(size):
        asked += asking.recv(int(size))
    child = os.fork()
    if child == 0:
        asking.close()
        wanted = json.loads(asked)
        wanted["files"] = dict(zip(wanted.pop("numbers"), files, strict=True))
        return wanted
    for file in files:
        os.close(file)
    asking.sendall(f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    asking.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(arguments: list[str], cwd: str, env: dict[str, str], files: dict[int, int]) -> NoReturn:
    """Be the process that a shell would have started with this command."""
    files[0] = os.open(os.devnull, os.O_RDONLY)
    # out of the way first: the number of one may be what another is to have
    moved = {number: fcntl.fcntl(file, fcntl.F_DUPFD, _FREE) for number, file in files.items()}
    for file in files.values():
        os.close(file)
    for number, file in moved.items():
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    beside = [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = [cwd, *beside, *sys.path[1:]]
    sys.argv[1:] = arguments
    runpy.run_module(MODULE, run_name="__main__", alter_sys=True)
    raise SystemExit(0)


def main() -> None:
    """Import what dbt needs, then fork."""
    from mashumaro.config import BaseConfig

    BaseConfig.lazy_compilation = True  # as the command has it before it imports dbt
    for name in _LIBRARIES:
        importlib.import_module(name)
    # what is tested is imported by each process for itself
    assert len(list(Path("/proc/self/task").iterdir())) == 1, (
        "a thread would be missing in what is forked"
    )
    ours = [name for name in sys.modules if name.partition(".")[0] in ("ingestion", "tests")]
    wanted = _serve(sys.argv[1])
    for name in ours:
        del sys.modules[name]
    _become(**wanted)


if __name__ == "__main__":
    main()
