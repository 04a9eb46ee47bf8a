"""Conversations validated at once: what the build's rules of tiers 1 and 2 say of them, and with
`judge` a model.

Every answer is kept under its id, without what was said in a conversation; the next release shows
it in `conversations.validation_requests`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboards.api import formats
from dashboards.api.idempotency import OnlyOnce
from dashboards.api.job_documents import JobDocument
from dashboards.api.keys import Caller
from dashboards.api.problems import Problem, documented
from dashboards.api.security import Reader
from dashboards.conversations import validations
from dashboards.conversations.batches import MOST_AT_ONCE, MOST_RECORDS, as_job
from dashboards.conversations.standardize_api import AnyRecord, OneRecord, Validator
from dashboards.conversations.verdicts import Refused, Share, Verdict, Weak
from ingestion.conversations.declaration import Format
from python_models.conversations.rules import RulesFailed
from python_models.llm.step import StepFailed
from python_models.release import kept_tables

router = APIRouter(prefix="/validate", tags=["validate"])
_ERRORS = documented(400, 401, 403, 413, 422, 429, 503)
_AS_JOB: dict[int | str, dict[str, Any]] = {
    202: {"model": JobDocument, "description": "A job; its result is the report"}
}


class Judging(BaseModel):
    """Whether a model is asked too (tier 3, scope `spend`), and the most that may cost."""

    model_config = ConfigDict(extra="forbid")

    judge: bool = False
    budget_usd: float | None = Field(default=None, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _is_whole(self) -> Judging:
        if self.judge and self.budget_usd is None:
            raise ValueError("`judge` needs `budget_usd`: the most that it may cost")
        return self


class Conversation(OneRecord, Judging):
    """A record of any format."""


class Records(Judging):
    """Records of any formats."""

    records: list[AnyRecord] = Field(min_length=1, max_length=MOST_RECORDS)
    format: Format = "auto"


class Validation(BaseModel):
    """What came of one conversation; `verdict` is null when it is none, `refused` says why."""

    validation_id: str
    requested_at: datetime
    rules: str  # version of the rules
    verdict: Verdict | None
    refused: Refused | None


class QualityReport(BaseModel):
    """How good records are together; copies of one conversation count once."""

    validation_id: str
    requested_at: datetime
    rules: str
    records: int
    conversations: int
    refused: list[Refused]
    grades: dict[str, int]
    flags: dict[str, int]
    judged: dict[str, int]  # conversations by what became of the judge's answer
    judge_cost_usd: float
    mean_score: float | None
    p10_score: float | None
    p50_score: float | None
    p90_score: float | None
    checks: list[Share]
    weakest: list[Weak]


class Kept(BaseModel):
    """A validation as it was kept."""

    validation_id: str
    requested_at: datetime
    kind: str  # conversation | quality
    rules: str
    result: dict[str, Any]


@router.post("/conversation", response_model=Validation, responses=_ERRORS)
def conversation(caller: Validator, sent: Annotated[Conversation, Body()]) -> Response:
    """Validate one conversation by the rules of tiers 1 and 2, with what to mend.

    With `judge` and `budget_usd` a model scores it as well, when it passes them.
    """
    budget = _budget(caller, sent)
    found, refused = validations.split([sent.record], sent.format)
    try:
        verdicts = validations.verdicts(list(found.values()), budget)
    except RulesFailed as error:
        raise _no_rules() from error
    except StepFailed as error:
        raise Problem(503, f"The model was not asked: {error}") from error
    verdict = next(iter(verdicts.values()), None)
    result = {"verdict": verdict, "refused": refused[0] if refused else None}
    about = {
        "conversation_id": verdict["conversation_id"] if verdict else None,
        "grade": verdict["grade"] if verdict else None,
        "score": verdict["score"] if verdict else None,
    } | counted([sent.record], refused)
    return formats.document(validations.kept(caller.prefix, "conversation", result, about))


@router.post(
    "/quality", response_model=QualityReport, responses=_ERRORS | documented(409) | _AS_JOB
)
def quality(caller: Validator, once: OnlyOnce, sent: Annotated[Records, Body()]) -> Response:
    """Validate records and say how good they are together.

    More than 1,000 records, and those a judge is asked of, are a job.
    """
    budget = _budget(caller, sent)
    if sent.judge or len(sent.records) > MOST_AT_ONCE:
        return as_job(once, "quality", sent, budget)
    try:
        result = validations.report(sent.records, sent.format)
    except RulesFailed as error:
        raise _no_rules() from error
    about = {"score": result["mean_score"]} | counted(sent.records, result["refused"])
    return formats.document(validations.kept(caller.prefix, "quality", result, about))


@router.get(
    "/metrics/{validation_id}",
    response_model=Kept,
    responses=documented(401, 403, 404, 422, 429),
)
def metrics(
    caller: Reader, validation_id: Annotated[str, Path(pattern=r"^val-[0-9a-f]{16}$")]
) -> Response:
    """Give a validation again as it was answered."""
    found = [
        row
        for row in kept_tables.rows_of("conversations", "validation_requests")
        if row["validation_id"] == validation_id
        and (row["key_prefix"] == caller.prefix or "admin" in caller.scopes)
    ]
    if not found:
        raise Problem(404, f"There is no validation {validation_id!r}.")
    (row,) = found
    return formats.document(
        {
            "validation_id": validation_id,
            "requested_at": formats.instant(row["requested_at"]),
            "kind": row["kind"],
            "rules": row["rules"],
            "result": orjson.loads(row["result"]),
        }
    )


def counted(records: Sequence[Any], refused: Sequence[Any]) -> dict[str, int]:
    """Return how many records there were, and how many of them are no conversation."""
    return {"record_count": len(records), "refused_count": len(refused)}


def _budget(caller: Caller, sent: Judging) -> float | None:
    """Return what a judge may cost; none is asked without.

    Raises:
        Problem: 403, the key may not spend.
    """
    if sent.judge and not caller.scopes & {"spend", "admin"}:
        raise Problem(403, "A judge costs money: this key lacks the scope `spend`.")
    return sent.budget_usd if sent.judge else None


def _no_rules() -> Problem:
    return Problem(503, "The rules cannot be compiled here; `make run` says why.")
