"""Starts a run of the pipeline as a job, follows it, cancels it.

The page's script never builds anything itself: it would hold the session up, and would die
with it. Jobs lie in the lake, so that any session sees them, also those the API was asked for.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping

from dashboards.jobs import jobs
from dashboards.jobs.jobs import Job

# kinds of jobs that make one thing: to go on with one is to begin it again
ONE_THING = ("load", "export", "rollback", "price")
_lock = threading.Lock()


class RunActive(RuntimeError):
    """A run started from a page is still going on."""


def pipeline_command(choice: Mapping[str, str] | None = None) -> list[str]:
    """Return the command of a run for what is chosen, by slice; empty values mean no limit.

    Values are joined to their option with `=`: one that begins with a dash stays a value.
    """
    given = [f"--{name}={value}" for name, value in (choice or {}).items() if value]
    return [sys.executable, "-m", "python_models.runs.run", *given]


def commands() -> list[str]:
    """Return what the commands of whoever keeps it running are typed after."""
    return [sys.executable, "-m", "python_models.runs"]


def resume_command(run_id: str | None = None) -> list[str]:
    """Return the command that goes on where a run stopped; without an id, the last one."""
    command = [*commands(), "resume"]
    return [*command, f"--run={run_id}"] if run_id else command


def again_command(job: Job) -> list[str]:
    """Return the command that goes on with a job: what makes one thing begins again."""
    return list(job.command) if job.kind in ONE_THING else resume_command()


def start(command: list[str], title: str, kind: str = "page") -> Job:
    """Start a command in the background; `kind` says what it does where it is no run.

    Raises:
        RunActive: one started from a page or through the API has not ended.
    """
    with _lock:
        if (last := latest_run()) and not last.is_over:
            raise RunActive(last.title)
        return jobs.make(kind, title, command)


def latest_run() -> Job | None:
    """Return the job that was started last, with the state it is in now."""
    return next(iter(jobs.listed(limit=1)), None)


cancel = jobs.cancel
