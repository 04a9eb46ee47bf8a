"""Jobs as the journal has them: made, found, cancelled; what a job is now is said here only.

A job is a command. A supervisor process of its own holds it (`supervisor.py`) and writes what
becomes of it, so that neither a page nor a server has to live for as long as the job does.
"""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from dashboards.jobs.processes import Known, known
from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, scrub

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "lost"]
ENDED = ("succeeded", "failed", "cancelled", "lost")
LOG_NAME, OUTPUT_NAME, RESULT_NAME = "dbt.log", "output.txt", "result.json"
ASKED_NAME = "asked.json"  # what a job is given that is too long for its command
KEPT = 200  # folders of ended jobs; what the journal says of them stays
_BEGIN_SECONDS = 3.0  # a supervisor that has not begun by then never will
LOST = (
    "Supervisor and job are both gone, and neither said how it ended. What it had landed and "
    "released stays; resume goes on where it was."
)
_INSERT = """
    insert into jobs (job_id, kind, title, owner, command, environment, state, created_at)
    values (:job_id, :kind, :title, :owner, :command, :environment, :state, :created_at)
"""
Also = Callable[[sqlite3.Connection, "Job"], None]


@dataclass(frozen=True)
class Job:
    """One job; `owner` is the prefix of the key that made it, none for the pages."""

    job_id: str
    kind: str
    title: str
    owner: str | None
    command: tuple[str, ...]
    environment: Mapping[str, str]
    state: State
    created_at: str
    started_at: str | None = None
    ended_at: str | None = None
    supervisor: Known | None = None
    process: Known | None = None
    exit_code: int | None = None
    cancel_asked_at: str | None = None
    run_id: str | None = None
    message: str | None = None
    result: Mapping[str, Any] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.state in ENDED

    @property
    def folder(self) -> Path:
        """Where it writes what it says."""
        return folder_of(self.job_id)

    @property
    def log(self) -> Path:
        """dbt's structured log of this job."""
        return self.folder / LOG_NAME

    @property
    def output(self) -> Path:
        """What the job printed."""
        return self.folder / OUTPUT_NAME


def folder_of(job_id: str) -> Path:
    """Return where a job writes what it says."""
    return lake().root / "started" / job_id


def make(
    kind: str,
    title: str,
    command: Sequence[str],
    owner: str | None = None,
    environment: Mapping[str, str] | None = None,
    also: Also | None = None,
) -> Job:
    """Write a job down and start its supervisor.

    Args:
        kind: what it does: run, resume, export ...
        environment: variables of the command, over those of this process.
        also: writes what has to be there exactly when the job is, in the same transaction.
    """
    row = {
        "job_id": f"job-{secrets.token_hex(8)}",
        "kind": kind,
        "title": scrub(title),
        "owner": owner,
        "command": json.dumps(list(command)),
        "environment": json.dumps(dict(environment or {})),
        "state": "queued",
        "created_at": journal.now(),
    }
    with journal.journal() as connection:
        connection.execute("begin immediate")
        connection.execute(_INSERT, row)
        made = _of_row(_row(connection, row["job_id"] or ""))
        if also:
            also(connection, made)
    _supervise(made.job_id)
    forget_old()
    return named(made.job_id) or made


def named(job_id: str) -> Job | None:
    """Return a job as it is now."""
    found = journal.rows("select * from jobs where job_id = ?", (job_id,))
    return settled(_of_row(found[0])) if found else None


def listed(
    owner: str | None = None, limit: int = 50, before: str | None = None, *, of_pages: bool = False
) -> list[Job]:
    """Return the newest jobs, of one owner or of all; those made before one when it is named.

    Args:
        of_pages: only those that no key made.
    """
    if not lake().journal_db.exists():  # a copy of released files alone
        return []
    rows = journal.rows(
        "select * from jobs where (:owner is null or owner = :owner)"
        " and (not :of_pages or owner is null)"
        " and (:before is null or rowid < (select rowid from jobs where job_id = :before))"
        " order by rowid desc limit :n",
        {"owner": owner, "n": limit, "before": before, "of_pages": of_pages},
    )
    return [settled(_of_row(row)) for row in rows]


def cancel(job: Job) -> None:
    """Ask a job and everything it started to stop; what it had landed and paid for stays.

    One that has ended stays what it is.
    """
    with journal.journal() as connection:
        connection.execute(
            "update jobs set cancel_asked_at = coalesce(cancel_asked_at, ?)"
            " where job_id = ? and state in ('queued', 'running')",
            (journal.now(), job.job_id),
        )
    if job.state == "running" and not _lives(job.supervisor) and job.process:
        job.process.signal_group(signal.SIGINT)  # its supervisor is gone: nobody else does it


def settled(job: Job) -> Job:
    """Return a job with the state it is in now; what nobody can write any more is written here."""
    if job.is_over or _lives(job.supervisor):
        return job
    if job.state == "queued":
        if _age(job.created_at) > _BEGIN_SECONDS:
            _supervise(job.job_id)  # nothing of it has begun: nothing is repeated
        return job
    if _lives(job.process):
        return job
    end(
        job.job_id,
        "cancelled" if job.cancel_asked_at else "lost",
        message=None if job.cancel_asked_at else LOST,
        of=job.supervisor,
    )
    found = journal.rows("select * from jobs where job_id = ?", (job.job_id,))
    return _of_row(found[0]) if found else job


def end(
    job_id: str,
    state: State,
    exit_code: int | None = None,
    message: str | None = None,
    result: str | None = None,
    of: Known | None = None,
) -> None:
    """Write how a job ended; one that has ended already, or has another supervisor now, stays."""
    with journal.journal() as connection:
        connection.execute(
            "update jobs set state = ?, exit_code = ?, message = ?, result = ?, ended_at = ?"
            " where job_id = ? and state in ('queued', 'running') and supervisor_pid is ?",
            (
                state, exit_code, scrub(message) if message else None, result, journal.now(),
                job_id, of.pid if of else None,
            ),
        )  # fmt: skip


def forget_old() -> None:
    """Remove the folders of jobs that ended long ago."""
    old = journal.rows(
        "select job_id from jobs where ended_at is not null order by rowid desc limit 1000"
        " offset ?",
        (KEPT - 1,),
    )
    for row in old:
        shutil.rmtree(folder_of(row["job_id"]), ignore_errors=True)


def claim(job_id: str, me: Known) -> bool:
    """Take a queued job that no living supervisor has; says whether it is taken."""
    with journal.journal() as connection:
        connection.execute("begin immediate")
        job = _of_row(_row(connection, job_id))
        if job.state != "queued" or (job.supervisor != me and _lives(job.supervisor)):
            return False
        connection.execute(
            "update jobs set supervisor_pid = ?, supervisor_started = ? where job_id = ?",
            (me.pid, me.started, job_id),
        )
        return True


def begin(job_id: str, most_at_once: int) -> bool:
    """Let a queued job run when it is its turn; says whether it is."""
    with journal.journal() as connection:
        connection.execute("begin immediate")
        rows = connection.execute(
            "select * from jobs where state in ('queued', 'running') order by rowid"
        ).fetchall()
        others = [
            job for job in map(_of_row, rows) if _lives(job.supervisor) or _lives(job.process)
        ]
        running = sum(job.state == "running" for job in others)
        first = next((job.job_id for job in others if job.state == "queued"), job_id)
        if running >= most_at_once or first != job_id:
            return False
        connection.execute(
            "update jobs set state = 'running', started_at = ? where job_id = ?",
            (journal.now(), job_id),
        )
        return True


def _supervise(job_id: str) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dashboards.jobs.supervisor", job_id],
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    claim(job_id, known(supervisor.pid))
    threading.Thread(target=supervisor.wait, daemon=True).start()  # leaves no dead child behind


def _lives(process: Known | None) -> bool:
    return process is not None and process.is_alive()


def _row(connection: sqlite3.Connection, job_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = connection.execute(
        "select * from jobs where job_id = ?", (job_id,)
    ).fetchone()
    return found


def _of_row(row: Mapping[str, Any]) -> Job:
    told = dict(row)
    for name in ("supervisor", "process"):
        pid, started = told.pop(f"{name}_pid"), told.pop(f"{name}_started")
        told[name] = Known(pid, started) if pid else None
    told["command"] = tuple(json.loads(told["command"]))
    told["environment"] = json.loads(told["environment"])
    told["result"] = json.loads(told["result"]) if told["result"] else None
    return Job(**told)


def _age(instant: str) -> float:
    now = datetime.now(UTC).replace(tzinfo=None)
    return (now - datetime.fromisoformat(instant)) / timedelta(seconds=1)
