"""Lists of rows with fixed queries: what products' endpoints share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import Release

ERRORS = documented(401, 403, 404, 410, 422, 429, 503)
Limit = Annotated[int, Query(ge=1, le=10_000)]
Offset = Annotated[int, Query(ge=0, le=2**31, description="Rows to leave out first")]
Name = Annotated[str | None, Query(max_length=300)]


class Listing(BaseModel):
    """Rows of one release; the columns are those of the released tables."""

    release_id: int
    rows: list[dict[str, Any]]
    next_offset: int | None  # null: these were the last


class Record(BaseModel):
    """One thing of a release."""

    release_id: int
    record: dict[str, Any]


def listing(release: Release, query: str, limit: int, offset: int, **parameters: Any) -> Response:
    """Return the rows of a query, page by page; its order has to be total."""
    return formats.document(listed(release, query, limit, offset, **parameters))


def listed(
    release: Release, query: str, limit: int, offset: int, **parameters: Any
) -> dict[str, Any]:
    """Return what `listing` answers."""
    found = release.dicts(f"{query} limit {int(limit) + 1} offset {int(offset)}", **parameters)
    more = offset + limit if len(found) > limit else None
    return {"release_id": release.number, "rows": found[:limit], "next_offset": more}


def record(release: Release, what: str, query: str, **parameters: Any) -> dict[str, Any]:
    """Return the one row of a query.

    Raises:
        Problem: 404, there is none; says what was looked for.
    """
    found = release.dicts(query, **parameters)
    if not found:
        raise Problem(404, f"Release {release.number} has no {what}.")
    return found[0]
