"""Named sets: merged of datasets or other sets, by a policy, made by a job that builds them."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api.idempotency import Once, OnlyOnce
from dashboards.api.job_documents import JobDocument, started
from dashboards.api.pipeline import PATIENT, STARTING, Runner, spending
from dashboards.api.problems import Problem
from dashboards.api.releases import Releases
from ingestion.landing.declarations import DeclarationError
from python_models.conversations.merge import NameTaken, declare_set

router = APIRouter()
Tier = Literal["open", "restricted", "private"]
Names = Annotated[list[str], Field(max_length=200)]


class Merge(BaseModel):
    """What is merged into which set, and which copy is taken."""

    model_config = ConfigDict(extra="forbid")

    set: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    datasets: Names = []
    sets: Names = []
    policy: Literal["highest_quality", "first", "newest", "keep_all"] = "highest_quality"
    tiers: list[Tier] = Field(default=["open"], min_length=1, max_length=3)


class Generation(Merge):
    """A set with filters."""

    description: str = Field(default="", max_length=1_000)
    min_grade: Literal["any", "keep", "premium"] = "keep"
    languages: Names = []
    labels: Literal["good", "any", "labelled"] = "good"
    refused_flags: list[
        Literal["crisis", "crisis_without_support", "damaged", "personal_data", "refusal", "toxic"]
    ] = Field(default=[], max_length=6)
    mask: list[Literal["email", "phone", "card", "ip"]] = Field(default=[], max_length=4)
    train_share: float = Field(default=0.9, ge=0, le=1)
    validation_share: float = Field(default=0.05, ge=0, le=1)


@router.post(
    "/pipeline/merge", status_code=202, response_model=JobDocument, responses=STARTING,
    tags=["pipeline"],
)  # fmt: skip
def merge(caller: Runner, once: OnlyOnce, wanted: Annotated[Merge, Body()]) -> Response:
    """Declare a set merged of datasets or sets, and start the job that lands and builds it."""
    if bool(wanted.datasets) == bool(wanted.sets):
        raise Problem(422, "Name `datasets` or `sets`, not both.", [("/datasets", "one of two")])
    return once.answer(wanted, lambda: _made(once, wanted.model_dump() | {"min_grade": "any"}))


@router.post(
    "/production/generate", status_code=202, response_model=JobDocument, responses=STARTING,
    tags=["production"],
)  # fmt: skip
def generate(caller: Runner, once: OnlyOnce, wanted: Annotated[Generation, Body()]) -> Response:
    """Declare a set with filters, and start the job that lands and builds it."""
    return once.answer(wanted, lambda: _made(once, wanted.model_dump()))


def _made(once: Once, wanted: dict[str, Any]) -> Response:
    caller, name = once.caller, wanted["set"]
    if not caller.scopes & {"write", "admin"}:
        raise Problem(403, "This key lacks the scope `write`.")
    if lacking := [tier for tier in wanted["tiers"] if tier not in caller.tiers]:
        raise Problem(403, f"This key lacks the tier {', '.join(lacking)}.")
    environment = spending(caller, None)
    releases: Releases = once.request.app.state.releases
    try:
        if not _is_declared(wanted) and name in _released(releases):
            raise NameTaken(f"The release has a set of the name {name!r}; choose another.")
        declare_set(wanted)
    except NameTaken:
        raise Problem(409, f"There is a set of the name {name!r}; choose another.") from None
    except DeclarationError as error:
        raise Problem(422, str(error).rpartition(".new: ")[2], [("/", "refused")]) from error
    command = [sys.executable, "-m", "python_models.runs.run", "--domain=conversations"]
    return started(once, "run", f"Build of the set {name}", command, environment | PATIENT)


def _is_declared(wanted: dict[str, Any]) -> bool:
    """Say whether it lies in the lake just so: asked again, its job is all that is missing."""
    import yaml

    from ingestion.conversations.named_sets import merges

    path = merges() / f"{wanted['set']}.yml"
    return path.exists() and yaml.safe_load(path.read_text(encoding="utf-8")) == wanted


def _released(releases: Releases) -> set[str]:
    try:
        found = releases.current().dicts("select set_name from conversations.sets")
    except Problem:
        return set()
    return {row["set_name"] for row in found}
