"""Lists of rows with fixed queries, page by page: what products' endpoints share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import Number, Release, release_of
from dashboards.api.row_query import read_cursor, write_cursor
from dashboards.api.security import Reader

ERRORS = documented(400, 401, 403, 404, 410, 422, 429, 503)
Limit = Annotated[int, Query(ge=1, le=10_000)]
Cursor = Annotated[
    str | None, Query(max_length=400, description="`next_cursor` of the page before")
]
Name = Annotated[str | None, Query(max_length=300)]


class Listing(BaseModel):
    """Rows of one release; the columns are those of the released tables."""

    release_id: int
    rows: list[dict[str, Any]]
    next_cursor: str | None  # null: these were the last


class Record(BaseModel):
    """One thing of a release."""

    release_id: int
    record: dict[str, Any]


class Page(NamedTuple):
    """Which rows of a list are asked for."""

    limit: int
    start: int = 0


def page_of(default: int) -> Callable[..., Page]:
    """Return what reads which page is asked for, of so many rows when nothing is said."""

    def page(limit: Limit = default, cursor: Cursor = None) -> Page:
        return Page(limit, read_cursor(cursor)[1] if cursor else 0)

    return page


def release_of_page(
    request: Request, caller: Reader, cursor: Cursor = None, release: Number = None
) -> Release:
    """Return the release a page is of: a cursor goes on in the one it was given out of.

    Raises:
        Problem: 400, no such cursor was given out; else as for `release_of`.
    """
    found = release_of(request, caller, release)
    number = read_cursor(cursor)[0] if cursor else found.number
    return found if number == found.number else release_of(request, caller, number)


OnPage = Annotated[Page, Depends(page_of(100))]
OnLongPage = Annotated[Page, Depends(page_of(10_000))]
OfPage = Annotated[Release, Depends(release_of_page)]


def listing(release: Release, query: str, asked: Page, **parameters: Any) -> Response:
    """Return the rows of a query, page by page; its order has to be total."""
    return formats.document(listed(release, query, asked, **parameters))


def listed(release: Release, query: str, asked: Page, **parameters: Any) -> dict[str, Any]:
    """Return what `listing` answers."""
    limit = f"{query} limit {asked.limit + 1} offset {asked.start}"
    found = release.dicts(limit, **parameters)
    is_last = len(found) <= asked.limit
    more = None if is_last else write_cursor(release.number, asked.start + asked.limit)
    return {"release_id": release.number, "rows": found[: asked.limit], "next_cursor": more}


def record(release: Release, what: str, query: str, **parameters: Any) -> dict[str, Any]:
    """Return the one row of a query.

    Raises:
        Problem: 404, there is none; says what was looked for.
    """
    found = release.dicts(query, **parameters)
    if not found:
        raise Problem(404, f"Release {release.number} has no {what}.")
    return found[0]
