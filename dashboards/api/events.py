"""A job as it happens, by server-sent events; polling `pipeline/status` gives the same."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from dashboards.api import formats
from dashboards.api.job_documents import document_of, job_of
from dashboards.api.keys import Caller, is_valid
from dashboards.api.pipeline import JobId
from dashboards.api.problems import Problem, documented
from dashboards.api.security import Reader

router = APIRouter(prefix="/pipeline", tags=["pipeline"])
_LOOK_SECONDS = 0.5
_PING_SECONDS = 15
_SEND_SECONDS = 30.0  # a client that takes nothing for so long is let go


@router.get(
    "/events/{id}",
    response_class=EventSourceResponse,
    responses=documented(401, 403, 404, 422, 429)
    | {
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        204: {"description": "It is over, and the last event has been received"},
    },
)
def events(
    request: Request,
    caller: Reader,
    id: JobId,
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> Response:
    """Send a `job` event whenever something has changed, and `end` when it is over.

    Each event is the whole job, so one that was missed is made good by the next; after
    `Last-Event-ID` only what is new is sent.
    """
    job = job_of(caller, id)
    if job.is_over and last_event_id == _id_of(document_of(job)):
        return Response(status_code=204)  # tells an EventSource not to come again
    return EventSourceResponse(
        _changes(caller, id, last_event_id), ping=_PING_SECONDS, send_timeout=_SEND_SECONDS
    )


async def _changes(caller: Caller, job_id: str, last: str | None) -> AsyncIterator[ServerSentEvent]:
    while True:
        found = await anyio.to_thread.run_sync(_now, caller, job_id)
        if found is None:
            return
        document, is_over = found
        if (at := _id_of(document)) != last:
            last = at
            text = formats.json_of(document).decode()
            yield ServerSentEvent(text, event="end" if is_over else "job", id=at)
        if is_over:
            return
        await anyio.sleep(_LOOK_SECONDS)


def _now(caller: Caller, job_id: str) -> tuple[dict[str, Any], bool] | None:
    """Return a job; None when its key may not see it any more."""
    if not is_valid(caller.prefix):
        return None
    try:
        job = job_of(caller, job_id)
    except Problem:
        return None
    return document_of(job), job.is_over


def _id_of(document: dict[str, Any]) -> str:
    """Return a mark of what is told; how long it will still take is no news by itself."""
    progress = document["progress"] | {"eta_seconds": None}
    told = formats.json_of(document | {"progress": progress})
    return hashlib.sha256(told).hexdigest()[:16]
