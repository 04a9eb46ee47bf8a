"""A job as the API tells it: to its owner, without a path of the machine, with its links."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.audit import PREFIX
from dashboards.api.idempotency import Once
from dashboards.api.keys import Caller
from dashboards.api.problems import Problem
from dashboards.jobs import jobs
from dashboards.jobs.jobs import Job
from dashboards.jobs.progress import progress_of
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT

_TRACE = re.compile(r"Traceback \(most recent call last\):.*?(?=^\S+(?:Error|Exception)?:|\Z)",
                    re.DOTALL | re.MULTILINE)  # fmt: skip
_ABSOLUTE = re.compile(r"(?<![\w:/.<>-])/(?:[\w.+@-]+/)+[\w.+@-]*")


class Progress(BaseModel):
    """How far a job is."""

    done: int
    total: int | None
    unit: str
    message: str | None
    eta_seconds: float | None


class JobDocument(BaseModel):
    """A job and how far it is."""

    job_id: str
    kind: str
    title: str
    state: jobs.State
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    run_id: str | None
    message: str | None
    result: dict[str, Any] | None
    progress: Progress
    links: dict[str, str]


def document_of(job: Job) -> dict[str, Any]:
    """Return what is told of a job."""
    links = {"self": f"{PREFIX}/pipeline/status/{job.job_id}"}
    if job.is_over:
        links |= {
            one["file"]: f"{PREFIX}/production/export/{job.job_id}/{one['file']}"
            for one in (job.result or {}).get("files", ())
        }
        if job.state != "succeeded":
            links["resume"] = f"{PREFIX}/pipeline/resume/{job.job_id}"
    else:
        links["events"] = f"{PREFIX}/pipeline/events/{job.job_id}"
        links["cancel"] = f"{PREFIX}/pipeline/cancel/{job.job_id}"
    if job.run_id:
        links["run"] = f"{PREFIX}/pipeline/status/{job.run_id}"
    kept = ("job_id", "kind", "title", "state", "exit_code", "run_id")
    instants = ("created_at", "started_at", "ended_at")
    return (
        {name: getattr(job, name) for name in kept}
        | {name: formats.instant(getattr(job, name)) for name in instants}
        | {
            "message": without_paths(job.message) if job.message else None,
            "result": job.result,
            "progress": progress_of(job).__dict__,
            "links": links,
        }
    )


def job_of(caller: Caller, job_id: str) -> Job:
    """Return a job of who asks.

    Raises:
        Problem: 404, there is none, or it is another's.
    """
    found = jobs.named(job_id)
    if found is None or not may_see(caller, found):
        raise Problem(404, f"There is no job {job_id!r}.")
    return found


def may_see(caller: Caller, job: Job) -> bool:
    """Say whether a job is for who asks: its owner, and who may everything."""
    return job.owner == caller.prefix or "admin" in caller.scopes


def started(
    once: Once,
    kind: str,
    title: str,
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> Response:
    """Make a job and return the 202 that names it, both at once or neither.

    Args:
        files: what lies in its folder when it begins, by name.
    """
    answers: list[Response] = []

    def also(connection: sqlite3.Connection, job: Job) -> None:
        for name, content in files.items():
            job.folder.mkdir(parents=True, exist_ok=True)
            (job.folder / name).write_bytes(content)
        location = f"{PREFIX}/pipeline/status/{job.job_id}"
        answer = formats.document(document_of(job), 202)
        answer.headers["Location"] = location
        once.request.state.job_id = job.job_id
        once.keep(connection, answer)
        answers.append(answer)

    jobs.make(kind, title, command, once.caller.prefix, environment, also)
    return answers[0]


def without_paths(text: str) -> str:
    """Return a text without the machine's own paths and without a traceback."""
    found = _TRACE.sub("", text)
    for path, name in (
        (lake().root, "<lake>"),
        (PROJECT_ROOT, "<project>"),
        (Path(sys.prefix), "<python>"),
        (Path.home(), "<home>"),
    ):
        found = found.replace(str(path), name)
    return _ABSOLUTE.sub("<path>", found).strip()
