"""Starts a run of the pipeline as a process of its own, follows it, cancels it.

The page's script never builds anything itself: it would hold the session up, and would die
with it. What a run says lies in a folder of the lake, so that any session sees it, also after
the server was started anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT

State = Literal["running", "succeeded", "failed", "cancelled", "lost"]
LOG_NAME = "dbt.log"
KEPT = 20
_lock = threading.Lock()


class RunActive(RuntimeError):
    """A run started from a page is still going on."""


@dataclass(frozen=True)
class StartedRun:
    """A run that was started from a page."""

    folder: str
    pid: int
    command: list[str]
    title: str
    started_at: str
    state: State = "running"
    exit_code: int | None = None
    ended_at: str | None = None

    @property
    def log(self) -> Path:
        """dbt's structured log of this run."""
        return Path(self.folder) / LOG_NAME

    @property
    def output(self) -> Path:
        """What the run printed."""
        return Path(self.folder) / "output.txt"


def pipeline_command(choice: Mapping[str, str] | None = None) -> list[str]:
    """Return the command of a run for what is chosen, by slice; empty values mean no limit.

    Values are joined to their option with `=`: one that begins with a dash stays a value.
    """
    given = [f"--{name}={value}" for name, value in (choice or {}).items() if value]
    return [sys.executable, "-m", "python_models.runs.run", *given]


def resume_command(run_id: str | None = None) -> list[str]:
    """Return the command that goes on where a run stopped; without an id, the last one."""
    command = [sys.executable, "-m", "python_models.runs", "resume"]
    return [*command, f"--run={run_id}"] if run_id else command


def start(command: list[str], title: str) -> StartedRun:
    """Start a command in the background.

    Raises:
        RunActive: one started here before has not ended.
    """
    with _lock:
        if (last := latest_run()) and last.state == "running":
            raise RunActive(last.title)
        started_at = _now()
        folder = _root() / _next_name()
        folder.mkdir(parents=True)
        environment = os.environ | {
            "DBT_LOG_PATH": str(folder),
            "DBT_LOG_FORMAT_FILE": "json",
            "DBT_LOG_LEVEL_FILE": "info",
            "PYTHONUNBUFFERED": "1",
        }
        with (folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=PROJECT_ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        run = StartedRun(str(folder), process.pid, command, title, started_at)
        _save(run)
        threading.Thread(target=_wait, args=(process, run), daemon=True).start()
        _forget_old()
        return run


def latest_run() -> StartedRun | None:
    """Return the run that was started last, with the state it is in now."""
    for folder in sorted(_root().glob("*/state.json"), reverse=True):
        with contextlib.suppress(OSError, ValueError, TypeError):
            run = StartedRun(**json.loads(folder.read_text(encoding="utf-8")))
            if run.state == "running" and not _is_alive(run.pid):
                # its server went away before it ended: how it ended is in ops.runs
                return StartedRun(**asdict(run) | {"state": "lost"})
            return run
    return None


def cancel(run: StartedRun) -> None:
    """Ask a run and everything it started to stop; what it had landed and paid for stays."""
    _save(StartedRun(**asdict(run) | {"state": "cancelled", "ended_at": _now()}))
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(run.pid, signal.SIGINT)
    threading.Timer(15.0, _kill, args=(run.pid,)).start()


def _kill(pid: int) -> None:
    if _is_alive(pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], run: StartedRun) -> None:
    code = process.wait()
    known = json.loads((Path(run.folder) / "state.json").read_text(encoding="utf-8"))
    state = known["state"] if known["state"] == "cancelled" else ("failed" if code else "succeeded")
    with contextlib.suppress(OSError):
        _save(StartedRun(**known | {"state": state, "exit_code": code, "ended_at": _now()}))


def _save(run: StartedRun) -> None:
    path = Path(run.folder) / "state.json"
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(run)), encoding="utf-8")
    draft.replace(path)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _forget_old() -> None:
    for folder in sorted(_root().iterdir(), reverse=True)[KEPT:]:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _next_name() -> str:
    """Return a folder name that sorts after all others, those of before that were times too."""
    numbers = [path.name[1:] for path in _root().glob("n*")]
    return f"n{1 + max((int(number) for number in numbers if number.isdecimal()), default=0):08d}"


def _root() -> Path:
    path = lake().root / "started"
    path.mkdir(exist_ok=True)
    return path


def _now() -> str:
    return f"{datetime.now(UTC).replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
