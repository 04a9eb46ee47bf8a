"""Errors as `application/problem+json` (RFC 9457): what went wrong and how to mend it, no more."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import duckdb
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from structlog import get_logger

from ingestion.lakehouse.settings import scrub

MEDIA_TYPE = "application/problem+json"
log = get_logger(__name__)


class FieldError(BaseModel):
    """One thing that is wrong with what was sent."""

    pointer: str  # JSON pointer into the body, or the name of a parameter
    detail: str


class ProblemDocument(BaseModel):
    """What every error answers."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []


class Problem(Exception):
    """Raised anywhere below an endpoint; the answer is made of it."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = errors or [], dict(headers or {})


class NotModified(Exception):
    """What the caller has is what there is."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the errors of an endpoint are described in the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def answer(request: Request, problem: Problem) -> Response:
    """Return the response a problem is."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": scrub(problem.detail),
        "instance": request.url.path,
        "errors": [{"pointer": where, "detail": scrub(what)} for where, what in problem.errors],
    }
    return Response(
        orjson.dumps(document), problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Let every error of an app be answered so."""

    @app.exception_handler(Problem)
    def problem(request: Request, error: Problem) -> Response:
        return answer(request, error)

    @app.exception_handler(NotModified)
    def not_modified(request: Request, error: NotModified) -> Response:
        return Response(status_code=304, headers={"ETag": error.etag})

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [(_pointer(one["loc"]), str(one["msg"])) for one in error.errors()]
        is_json = not any(one["type"] == "json_invalid" for one in error.errors())
        status = 422 if is_json else 400
        return answer(request, Problem(status, "What was sent does not fit.", errors))

    @app.exception_handler(HTTPException)
    def from_the_server(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        details = {404: "There is nothing at this address.", 405: "Not with this method."}
        detail = details.get(error.status_code, str(error.detail))
        return answer(request, Problem(error.status_code, detail, headers=headers))

    @app.exception_handler(duckdb.CatalogException)
    def not_released(request: Request, error: duckdb.CatalogException) -> Response:
        log.warning("api_table_missing", path=request.url.path, error=scrub(repr(error)))
        says = "This release has no such table for the tiers of this key, or was built without it."
        return answer(request, Problem(404, says))

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        log.error("api_request_failed", path=request.url.path, error=scrub(repr(error)))
        return answer(request, Problem(500, "Something went wrong here; it is in the log."))


def _pointer(location: tuple[int | str, ...]) -> str:
    kind, *rest = location or ("body",)
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in rest]
    return "/" + "/".join(parts) if kind == "body" else ".".join(parts)
