"""Conversations validated at once: what the build's rules of tiers 1 and 2 say of them.

Every answer is kept under its id, without what was said in a conversation; the next release shows
it in `conversations.validation_requests`.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import fmean, quantiles
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats
from dashboards.api.keys import Caller
from dashboards.api.problems import Problem, documented
from dashboards.api.security import Reader
from dashboards.conversations.standardize_api import (
    MOST_RECORDS,
    AnyRecord,
    OneRecord,
    Validator,
    understood,
)
from ingestion.conversations.declaration import Format
from ingestion.conversations.formats import Standardised, Unstandard
from python_models.conversations.rules import RulesFailed
from python_models.conversations.validating import Sessions
from python_models.release import kept_tables

router = APIRouter(prefix="/validate", tags=["validate"])
_ERRORS = documented(400, 401, 403, 413, 422, 429, 503)
_WEAKEST = 20
_sessions = Sessions()


class Records(BaseModel):
    """Records of any formats."""

    model_config = ConfigDict(extra="forbid")

    records: list[AnyRecord] = Field(min_length=1, max_length=MOST_RECORDS)
    format: Format = "auto"


class Check(BaseModel):
    """One check of a conversation; a check that says nothing of it is left out."""

    tier: str  # structure | content
    check_name: str
    score: float
    is_passed: bool
    is_required: bool
    recommendation: str | None


class Verdict(BaseModel):
    """What the rules say of a conversation."""

    conversation_id: str
    grade: str  # premium | keep | below
    score: float
    structure_score: float | None
    content_score: float | None
    is_structurally_valid: bool
    is_content_valid: bool
    failed_check: str | None
    language: str | None
    flags: list[str]
    is_flagged_for_care: bool
    toxicity: float
    pii_count: int
    recommendations: list[str]
    checks: list[Check]
    disorders: list[str]  # of the DSM-5 reference that it names, when it is valid


class Refused(BaseModel):
    """A record that is no conversation."""

    record_number: int
    reason: str
    error: str


class Validation(BaseModel):
    """What came of one conversation; `verdict` is null when it is none, `refused` says why."""

    validation_id: str
    requested_at: datetime
    rules: str  # version of the rules
    verdict: Verdict | None
    refused: Refused | None


class Share(BaseModel):
    """How conversations do in one check."""

    tier: str
    check_name: str
    conversations: int  # of which it says something
    failed: int
    mean_score: float


class Weak(BaseModel):
    """One of the weakest conversations."""

    record_number: int
    conversation_id: str
    grade: str
    score: float
    failed_check: str | None
    recommendations: list[str]


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
def conversation(caller: Validator, sent: Annotated[OneRecord, Body()]) -> Response:
    """Validate one conversation by the rules of tiers 1 and 2, with what to mend."""
    found, refused = _of([sent.record], sent.format)
    verdicts = _verdicts(list(found.values()))
    verdict = next((_told(row) for row in verdicts.values()), None)
    result = {"verdict": verdict, "refused": refused[0] if refused else None}
    about = {
        "conversation_id": verdict["conversation_id"] if verdict else None,
        "grade": verdict["grade"] if verdict else None,
        "score": verdict["score"] if verdict else None,
    }
    return _kept(caller, "conversation", result, about | _counted([sent.record], refused))


@router.post("/quality", response_model=QualityReport, responses=_ERRORS)
def quality(caller: Validator, sent: Annotated[Records, Body()]) -> Response:
    """Validate up to 1,000 records and say how good they are together."""
    found, refused = _of(sent.records, sent.format)
    verdicts = _verdicts(list(found.values()))
    numbers = {one.conversation_id: number for number, one in reversed(found.items())}
    rows = [_told(row) | {"record_number": numbers[key]} for key, row in verdicts.items()]
    rows.sort(key=lambda row: (row["score"], row["record_number"]))
    scores = [row["score"] for row in rows]
    cuts = quantiles(scores, n=10, method="inclusive") if len(scores) > 1 else scores * 9
    result = {
        "records": len(sent.records),
        "conversations": len(rows),
        "refused": refused,
        "grades": dict(Counter(row["grade"] for row in rows)),
        "flags": dict(Counter(flag for row in rows for flag in row["flags"])),
        "mean_score": fmean(scores) if scores else None,
        **{f"p{n}0_score": cuts[n - 1] if cuts else None for n in (1, 5, 9)},
        "checks": _shares(rows),
        "weakest": [{name: row[name] for name in Weak.model_fields} for row in rows[:_WEAKEST]],
    }
    about = {"score": result["mean_score"]} | _counted(sent.records, refused)
    return _kept(caller, "quality", result, about)


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


def _of(
    records: Sequence[Any], format_name: str
) -> tuple[dict[int, Standardised], list[dict[str, Any]]]:
    """Return conversations by the number of their record, and the records that are none."""
    found: dict[int, Standardised] = {}
    refused = []
    for number, record in enumerate(records, start=1):
        one = understood(record, format_name)
        if isinstance(one, Unstandard):
            refused.append({"record_number": number, "reason": one.reason, "error": str(one)})
        else:
            found[number] = one
    return found, refused


def _verdicts(conversations: list[Standardised]) -> dict[str, dict[str, Any]]:
    if not conversations:
        return {}
    try:
        with _sessions.session() as session:
            return session.verdicts(conversations)
    except RulesFailed as error:
        raise Problem(503, "The rules cannot be compiled here; `make run` says why.") from error


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in Verdict.model_fields}
    split = {
        "flags": (row["flags"] or "").split(),
        "recommendations": [one for one in (row["recommendations"] or "").split("; ") if one],
        "checks": row["checks"] or [],
        "disorders": row["disorders"] or [],
    }
    return told | split


def _shares(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for check in row["checks"]:
            found[check["tier"], check["check_name"]].append(check)
    return [
        {
            "tier": tier,
            "check_name": name,
            "conversations": len(checks),
            "failed": sum(not check["is_passed"] for check in checks),
            "mean_score": fmean(check["score"] for check in checks),
        }
        for (tier, name), checks in sorted(found.items(), key=lambda one: (one[0][0], one[0][1]))
    ]


def _counted(records: Sequence[Any], refused: list[dict[str, Any]]) -> dict[str, int]:
    return {"record_count": len(records), "refused_count": len(refused)}


def _kept(caller: Caller, kind: str, result: dict[str, Any], about: dict[str, Any]) -> Response:
    """Keep what came of a request and answer it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    names = {"validation_id": f"val-{secrets.token_hex(8)}", "rules": _sessions.version}
    row = {
        **names, "kind": kind, "key_prefix": caller.prefix, "result": _without_texts(result),
        "requested_at": now.isoformat(sep=" ", timespec="microseconds"), **about,
    }  # fmt: skip
    kept_tables.keep("conversations", "validation_requests", [row])
    return formats.document(names | {"requested_at": now} | result)


def _without_texts(result: dict[str, Any]) -> str:
    """Return what is kept: what is wrong with a record may quote it, its reason never does."""

    def reason(one: dict[str, Any] | None) -> dict[str, Any] | None:
        return one and one | {"error": ""}

    refused = result["refused"]
    told = [reason(one) for one in refused] if isinstance(refused, list) else reason(refused)
    return formats.json_of(result | {"refused": told}).decode()
