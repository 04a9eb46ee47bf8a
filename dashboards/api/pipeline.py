"""Jobs of the pipeline: start a run, follow it, stop it, go on with it."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats, runs
from dashboards.api.idempotency import Once, OnlyOnce
from dashboards.api.job_documents import JobDocument, document_of, job_of, started
from dashboards.api.keys import Caller
from dashboards.api.problems import Problem, documented
from dashboards.api.security import Reader, may
from dashboards.jobs import jobs
from dashboards.jobs.jobs import ASKED_NAME, Job
from dashboards.parts.runner import resume_command
from ingestion.lakehouse.settings import Mode, SettingsError, settings
from ingestion.landing.products import PRODUCTS
from python_models.release import live
from python_models.release.run_states import settle
from python_models.runs import slices
from python_models.runs.ahead import rows_ahead

router = APIRouter(prefix="/pipeline", tags=["pipeline"])
# one build at a time: a second one waits for the lake instead of failing
PATIENT = {"SLUICE_LOCK_WAIT_SECONDS": "86400"}
# whole or not at all: such a job is begun again as it was
_MAKES_ONE_THING = ("load", "export", "standardize", "quality")
STARTING = documented(400, 401, 403, 404, 409, 413, 422, 429)
_GIVEN = ("standardize", "quality")  # with records that lie in the job's folder
_READING = documented(401, 403, 404, 422, 429)
Runner = Annotated[Caller, Depends(may("run"))]
JobId = Annotated[str, Path(pattern=r"^job-[0-9a-f]{16}$")]
AnyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$", description="of a job or a run")]


class Execution(BaseModel):
    """What to run; nothing said is all that is new."""

    model_config = ConfigDict(extra="forbid")

    domains: list[str] = Field(default=[], max_length=20)
    slice: dict[str, str] = Field(
        default={}, max_length=20, description="What to restrict it to, by slice of the domains"
    )
    mode: Mode | None = None
    budget_usd: float | None = Field(default=None, ge=0, le=1_000_000)
    build_only: bool = False  # what has landed already
    force: bool = False  # also when nothing is new


class Resumption(BaseModel):
    """What going on may cost."""

    model_config = ConfigDict(extra="forbid")

    budget_usd: float | None = Field(default=None, ge=0, le=1_000_000)


class Status(BaseModel):
    """A run, or a job and the run it began."""

    job: JobDocument | None
    run: runs.Run | None
    nodes: dict[str, int]  # how many nodes of the run by status


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobDocument]
    next_cursor: str | None  # null: these were the last


@router.post("/execute", status_code=202, response_model=JobDocument, responses=STARTING)
def execute(caller: Runner, once: OnlyOnce, wanted: Annotated[Execution, Body()]) -> Response:
    """Start a run as a job; builds wait for one another."""

    def make() -> Response:
        environment = spending(caller, wanted.budget_usd)
        command = [sys.executable, "-m", "python_models.runs.run", *_options(wanted)]
        what = ", ".join(wanted.domains) or "all that is new"
        return started(once, "run", f"Run of {what}", command, environment | PATIENT)

    return once.answer(wanted, make)


@router.get("/jobs", response_model=JobList, responses=_READING)
def listed(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^job-[0-9a-f]{16}$")] = None,
) -> Response:
    """List the jobs of this key, the newest first; all of them for an admin's."""
    owner = None if "admin" in caller.scopes else caller.prefix
    found = jobs.listed(owner, limit + 1, cursor)
    shown = found[:limit]
    more = shown[-1].job_id if len(found) > limit else None
    return formats.document({"jobs": [document_of(job) for job in shown], "next_cursor": more})


@router.get("/status/{id}", response_model=Status, responses=_READING)
def status(caller: Reader, id: AnyId) -> Response:
    """Say how far a job or a run is; `last` is the newest run."""
    if id.startswith("job-"):
        job = job_of(caller, id)
        run = _run(job.run_id) if job.run_id else None
        return _status(document_of(job), run, caller)
    return _status(None, _run(id), caller)


@router.post("/cancel/{id}", status_code=202, response_model=JobDocument, responses=STARTING)
def cancel(caller: Reader, id: JobId) -> Response:
    """Ask a job to stop; what it had landed and paid for stays. Who began it may stop it."""
    job = job_of(caller, id)
    if job.is_over:
        raise Problem(409, f"This job has ended already: {job.state}.")
    jobs.cancel(job)
    return formats.document(document_of(job_of(caller, id)), 202)


@router.post(
    "/resume/{id}", status_code=202, response_model=JobDocument,
    responses=STARTING | documented(410),
)  # fmt: skip
def resume(
    caller: Runner,
    once: OnlyOnce,
    id: AnyId,
    wanted: Annotated[Resumption | None, Body()] = None,
) -> Response:
    """Go on where a run stopped, or begin a load or an export again, as a new job."""
    asked = wanted or Resumption()

    def make() -> Response:
        if id.startswith("job-"):
            job = job_of(caller, id)
            if not job.is_over or job.state == "succeeded":
                raise Problem(409, f"This job is {job.state}: there is nothing to go on with.")
            if job.kind in _MAKES_ONE_THING:
                return _again(once, job)
            # one that ended before its run began has nothing to go on from but its beginning
            run_id = job.run_id or id
            command = resume_command(job.run_id) if job.run_id else list(job.command)
        else:
            run_id = _run(id)["run_id"]
            command = resume_command(run_id)
        environment = spending(caller, asked.budget_usd)
        return started(once, "resume", f"Resume of {run_id}", command, environment | PATIENT)

    return once.answer(asked, make)


def _again(once: Once, job: Job) -> Response:
    """Begin a job again with what it was given."""
    files = {}
    if job.kind in _GIVEN:
        try:
            files[ASKED_NAME] = (job.folder / ASKED_NAME).read_bytes()
        except FileNotFoundError:
            raise Problem(410, "What this job was given was removed; send it again.") from None
    return started(once, job.kind, job.title, job.command, job.environment, files)


def spending(caller: Caller, budget_usd: float | None) -> dict[str, str]:
    """Return the variables that say what a job may spend.

    Raises:
        Problem: 403, it would ask a model, and the key may not spend.
    """
    known = settings()
    if known.llm_base_url and "spend" not in caller.scopes and "admin" not in caller.scopes:
        raise Problem(403, "An LLM endpoint is set: this key lacks the scope `spend`.")
    return {} if budget_usd is None else {"LLM_BUDGET_USD": str(budget_usd)}


def _options(wanted: Execution) -> list[str]:
    """Return the options of the command; every value is held against what there is first.

    Raises:
        Problem: 422, a domain, slice or value is none.
    """
    known = slices.slices()
    errors = [
        (f"/domains/{at}", f"is none of {', '.join(PRODUCTS)}")
        for at, name in enumerate(wanted.domains)
        if name not in PRODUCTS
    ]
    errors += [
        (f"/slice/{name}", f"is none of {', '.join(known)}")
        for name in wanted.slice
        if name not in known
    ]
    if errors:
        raise Problem(422, "What was sent does not fit.", errors)
    domain = ",".join(wanted.domains) or None
    chosen = {f"slice_{name}": wanted.slice.get(name) for name in known}
    options = argparse.Namespace(domain=domain, mode=None, typed=None, **chosen)
    try:
        choice = slices.choice_from(options)
        lands = bool(choice.values) and not wanted.build_only
        with rows_ahead(choice.domains) if lands else nullcontext() as ahead:
            slices.refuse_unknown(choice, ahead)
    except SettingsError as error:
        raise Problem(422, str(error), [("/slice", "matches nothing")]) from error
    given = {"domain": domain, "mode": wanted.mode, **wanted.slice}
    flags = [f"--{name}={value}" for name, value in given.items() if value]
    flags += ["--build-only"] * wanted.build_only + ["--force"] * wanted.force
    return flags


def _run(run_id: str) -> dict[str, Any]:
    settle()
    try:
        return live.run_named(run_id)
    except live.NotFound as error:
        raise Problem(404, str(error)) from error


def _status(job: dict[str, Any] | None, run: dict[str, Any] | None, caller: Caller) -> Response:
    return formats.document(
        {
            "job": job,
            "run": runs.told(run, caller) if run else None,
            "nodes": runs.nodes(run["run_id"]) if run else {},
        }
    )
