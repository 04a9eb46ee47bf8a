"""How far a job is: nodes of a build, or what the job itself says in `progress.json`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboards.jobs.jobs import RESULT_NAME, Job, folder_of
from dashboards.parts.build_progress import read_progress

_NAME = "progress.json"


@dataclass(frozen=True)
class JobProgress:
    """What is done of how much; `eta_seconds` is none while nothing is done or it is over."""

    done: int
    total: int | None
    unit: str
    message: str | None
    eta_seconds: float | None


def progress_of(job: Job) -> JobProgress:
    """Return how far a job is."""
    told = _told(job.folder / _NAME)
    if told is None:
        build = read_progress(job.log)
        doing = [node.node for node in build.nodes.values() if node.status == "running"]
        words = ", ".join(doing[:3]) or ("finishing" if build.nodes else "landing and preparing")
        told = {"done": build.done(), "total": build.total, "unit": "nodes", "message": words}
    message = None if job.is_over else "waiting" if job.state == "queued" else told["message"]
    return JobProgress(
        told["done"], told["total"], told["unit"], message, _eta(job, told["done"], told["total"])
    )


def tell(done: int, total: int | None, unit: str, message: str) -> None:
    """Say how far this job is; nothing happens in a process that is none."""
    told = {"done": done, "total": total, "unit": unit, "message": message}
    _write(_NAME, told)


def tell_result(result: dict[str, Any]) -> None:
    """Say what came of this job; nothing happens in a process that is none."""
    _write(RESULT_NAME, result)


def _write(name: str, document: dict[str, Any]) -> None:
    if job_id := os.environ.get("SLUICE_JOB_ID"):
        path = folder_of(job_id) / name
        making = path.with_suffix(".new")
        making.write_text(json.dumps(document), encoding="utf-8")
        making.replace(path)


def _told(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _eta(job: Job, done: int, total: int | None) -> float | None:
    if job.is_over or not job.started_at or not total or not 0 < done <= total:
        return None
    now = datetime.now(UTC).replace(tzinfo=None)
    elapsed = (now - datetime.fromisoformat(job.started_at)).total_seconds()
    return round(elapsed / done * (total - done), 1)
