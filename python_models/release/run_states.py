"""How runs ended that could not say so themselves, and runs that never began.

A run holds the lake's lock for as long as it lasts, and the kernel frees the lock when the process
dies: a run that is said to be running while nobody, or somebody else, holds the lock was killed.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from typing import Any

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.settings import scrub

NOT_STARTED = "not started"


def settle() -> int:
    """Say of runs whose process is gone, and of their nodes, that they were killed.

    Takes no lock and may be called at any time: who looks at runs calls it first.

    Returns:
        How many runs were found dead.
    """
    running = journal.rows("select invocation_id, pid from runs where status = 'running'")
    if not running:
        return 0
    held = lock.holder()
    if held is not None and held.pid == 0:
        return 0  # somebody is just taking the lock: the next look knows more
    dead = [run["invocation_id"] for run in running if held is None or held.pid != run["pid"]]
    for invocation_id in dead:
        _mark_killed(invocation_id)
    return len(dead)


def mark_killed() -> None:
    """Say of all runs that never ended that they were killed; call it while holding the lock."""
    for run in journal.rows("select invocation_id from runs where status = 'running'"):
        _mark_killed(run["invocation_id"])


def _mark_killed(invocation_id: str) -> None:
    # one that ended since it was read stays what it is
    key = {"invocation_id": invocation_id, "status": "running"}
    found = journal.rows(
        "select started_at, (select max(coalesce(ended_at, started_at)) from node_runs"
        " where node_runs.invocation_id = runs.invocation_id) as last_seen_at from runs"
        " where invocation_id = :invocation_id and status = :status",
        key,
    )
    for run in found:
        ended = run["last_seen_at"] or run["started_at"]
        values = ending(run["started_at"], ended, "killed", "ended from outside")
        journal.change("runs", key, values)
        journal.change("node_runs", key, {"status": "killed", "ended_at": ended})


def ending(started_at: str, ended_at: str, status: str, message: str | None) -> dict[str, Any]:
    """Return the values of a run that ended."""
    seconds = datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)
    return {
        "ended_at": ended_at,
        "seconds": max(0.0, seconds.total_seconds()),  # the clock may have gone back meanwhile
        "status": status,
        "message": message,
    }


def record_not_started(
    run_id: str, command: str, why: str, invocation_id: str | None = None
) -> None:
    """Write down a run that did not get the lake; it is no run that another goes on from.

    Args:
        run_id: id it would have had.
        command: what was typed.
        why: who holds the lake.
        invocation_id: dbt's, which asks more than once; a new one when dbt was not begun.
    """
    now = journal.now()
    row = {
        "invocation_id": invocation_id or str(uuid.uuid4()),
        "run_id": run_id,
        "started_at": now,
        "command": scrub(command),
        "pid": os.getpid(),
    }
    values = ending(now, now, NOT_STARTED, scrub(why))
    journal.put("runs", [row | values])
