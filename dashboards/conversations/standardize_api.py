"""What records of chat data are: format, confidence, turns, or why they are none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api import formats
from dashboards.api.idempotency import Once, OnlyOnce
from dashboards.api.job_documents import JobDocument
from dashboards.api.keys import Caller
from dashboards.api.problems import Problem, documented
from dashboards.api.security import may
from dashboards.conversations.batches import MOST_AT_ONCE, MOST_RECORDS, as_job
from dashboards.conversations.understanding import Understood, told, understood
from dashboards.conversations.uploads_api import Made, Said, keep_records, refuse_saving
from ingestion.conversations.declaration import Format
from ingestion.conversations.formats import Unstandard
from python_models.conversations.talks import NotCarried
from python_models.conversations.templates import TEMPLATES

router = APIRouter()
Validator = Annotated[Caller, Depends(may("read", "validate"))]
ERRORS = documented(400, 401, 403, 409, 413, 415, 422, 429)
_AS_JOB: dict[int | str, dict[str, Any]] = {
    202: {"model": JobDocument, "description": "A job; its result names a file of all records"}
}
# a record may be anything JSON can say: what it is not understood as is said of it
AnyRecord = Annotated[Any, Field(description="One record, in any format of chat data")]


class OneRecord(BaseModel):
    """A record of any format."""

    model_config = ConfigDict(extra="forbid")

    record: AnyRecord
    format: Format = "auto"


class Batch(BaseModel):
    """Records of any formats."""

    model_config = ConfigDict(extra="forbid")

    records: list[AnyRecord] = Field(min_length=1, max_length=MOST_RECORDS)
    format: Format = "auto"
    save: bool = Field(default=False, description="Make the result a dataset; needs `dataset`")
    dataset: Said | None = None


class Conversion(Batch):
    """Records, and the shape that is wanted of them."""

    records: list[AnyRecord] = Field(min_length=1, max_length=MOST_AT_ONCE)
    template: str = Field(examples=["messages"])


class UnderstoodList(BaseModel):
    """What records are, in their order."""

    records: list[Understood]
    understood: int
    rejected: int
    is_cut: bool  # there were more records than are looked at
    dataset: Made | None = None  # what was saved


class Converted(BaseModel):
    """Records in another shape; those it has no place for are named."""

    records: list[dict[str, Any]]
    left_out: list[dict[str, Any]]  # record_number and reason
    not_carried: dict[str, int]  # kinds of things the shape has no place for
    dataset: Made | None = None  # what was saved


@router.post(
    "/standardize/conversation", response_model=Understood, responses=ERRORS, tags=["standardize"]
)
def conversation(caller: Validator, sent: Annotated[OneRecord, Body()]) -> Response:
    """Say what one record is."""
    return formats.document(told(1, sent.record, sent.format))


@router.post(
    "/standardize/batch", response_model=UnderstoodList, responses=ERRORS | _AS_JOB,
    tags=["standardize"],
)  # fmt: skip
def batch(caller: Validator, once: OnlyOnce, sent: Annotated[Batch, Body()]) -> Response:
    """Say what each record is; more than 1,000 of them are a job, whose result is a file."""
    if len(sent.records) > MOST_AT_ONCE:
        if sent.save:
            refuse_saving(once.caller, _said(sent))
        return as_job(once, "standardize", sent)
    found = [told(at, record, sent.format) for at, record in enumerate(sent.records, start=1)]
    good = (
        {"id": one["conversation_id"], "messages": one["turns"]}
        for one in found
        if one["reason"] is None
    )
    return _answered(once, sent, good, listed(found, is_cut=False))


def converted(once: Once, sent: Conversion) -> Response:
    """Return records in another shape.

    Raises:
        Problem: 422, there is no such shape; else as for an upload, when it is to be saved.
    """
    if sent.template not in TEMPLATES:
        what = f"is none of {', '.join(TEMPLATES)}"
        raise Problem(422, "There is no such template.", [("/template", what)])
    template = TEMPLATES[sent.template]
    written: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    lost: dict[str, int] = {}

    def lose(kind: str) -> None:
        lost[kind] = lost.get(kind, 0) + 1

    for number, record in enumerate(sent.records, start=1):
        found = understood(record, sent.format)
        try:
            if isinstance(found, Unstandard):
                raise NotCarried(f"{found.reason}: {found}")
            turns = [{"role": one.role, "content": one.content} for one in found.messages]
            written.append(template.record(found.conversation_id, turns, found.metadata, lose))
        except NotCarried as reason:
            left_out.append({"record_number": number, "reason": str(reason)})
    told = {"records": written, "left_out": left_out, "not_carried": lost, "dataset": None}
    return _answered(once, sent, written, told)


def listed(found: list[dict[str, Any]], *, is_cut: bool) -> dict[str, Any]:
    """Return what records are, counted."""
    good = sum(one["reason"] is None for one in found)
    rejected = len(found) - good
    return {
        "records": found, "understood": good, "rejected": rejected, "is_cut": is_cut,
        "dataset": None,
    }  # fmt: skip


def _answered(
    once: Once, sent: Batch, records: Iterable[dict[str, Any]], told: dict[str, Any]
) -> Response:
    """Return what is told of records; those that are wanted as a dataset become one."""
    if not sent.save:
        return formats.document(told)
    lines = (formats.json_of(one) + b"\n" for one in records)
    return keep_records(once, sent, _said(sent), lines, told)


def _said(sent: Batch) -> Said:
    """Return what is said of the dataset that records are to become.

    Raises:
        Problem: 422, nothing is.
    """
    if sent.dataset is None:
        raise Problem(422, "Say what the dataset is.", [("/dataset", "missing")])
    return sent.dataset
