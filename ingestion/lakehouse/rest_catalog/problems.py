"""Errors as the Iceberg REST protocol has them: `{"error": {"message", "type", "code"}}`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    NoSuchViewError,
    TableAlreadyExistsError,
    ViewAlreadyExistsError,
)
from starlette.responses import JSONResponse

from ingestion.lakehouse.lake_version import LakeRefused
from ingestion.lakehouse.lock import LakeLocked
from ingestion.lakehouse.settings import scrub


class Refused(Exception):
    """Raised anywhere below an address; the answer is made of it."""

    def __init__(self, status: int, kind: str, says: str) -> None:
        super().__init__(says)
        self.status, self.kind = status, kind


def bad_request(says: str) -> Refused:
    """Return what is raised when a request cannot be understood or granted to anybody."""
    return Refused(400, "BadRequestException", says)


def forbidden(says: str) -> Refused:
    """Return what is raised when something may not be changed through this server."""
    return Refused(403, "ForbiddenException", says)


# the first that fits; what a commit could not be checked for (500) the client takes for unknown
_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (NoSuchNamespaceError, 404, "NoSuchNamespaceException"),
    (NoSuchViewError, 404, "NoSuchViewException"),
    (NoSuchTableError, 404, "NoSuchTableException"),
    (NamespaceNotEmptyError, 409, "NamespaceNotEmptyException"),
    (NamespaceAlreadyExistsError, 409, "AlreadyExistsException"),
    (TableAlreadyExistsError, 409, "AlreadyExistsException"),
    (ViewAlreadyExistsError, 409, "AlreadyExistsException"),
    (CommitFailedException, 409, "CommitFailedException"),
    (LakeLocked, 503, "ServiceUnavailableException"),
    (LakeRefused, 503, "ServiceUnavailableException"),
    (ValidationError, 400, "BadRequestException"),
    (ValueError, 400, "BadRequestException"),
)


def answer(error: Exception) -> JSONResponse:
    """Return the response an error is; what nobody foresaw says nothing of the inside."""
    if isinstance(error, Refused):
        return _response(error.status, error.kind, str(error))
    for known, status, kind in _KINDS:
        if isinstance(error, known):
            return _response(status, kind, _words(error))
    return _response(500, "InternalServerError", "Something went wrong here; it is in the log.")


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):  # its own text repeats what was sent
        return "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        )
    return str(error)


def _response(status: int, kind: str, says: str) -> JSONResponse:
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status)
    content: dict[str, Any] = {"error": {"message": scrub(says), "type": kind, "code": status}}
    return JSONResponse(content, status, headers=headers)
