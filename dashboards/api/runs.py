"""Runs of the pipeline as the journal has them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.keys import Caller
from dashboards.api.problems import documented
from dashboards.api.security import Reader
from ingestion.lakehouse import journal
from python_models.release.run_states import settle

router = APIRouter(prefix="/pipeline", tags=["pipeline"])


class Run(BaseModel):
    """One invocation of a run."""

    run_id: str
    invocation_id: str
    status: str
    command: str | None
    message: str | None
    seconds: float | None
    release_id: int | None
    started_at: datetime
    ended_at: datetime | None


class RunList(BaseModel):
    """Runs, the newest first."""

    runs: list[Run]
    next_cursor: str | None


@router.get("/runs", response_model=RunList, responses=documented(400, 401, 403, 422, 429))
def runs(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> Response:
    """List runs, the newest first."""
    settle()
    found = journal.rows(
        "select rowid as place, * from runs where rowid < ? order by rowid desc limit ?",
        (int(cursor) if cursor else 2**62, limit + 1),
    )
    more = str(found[limit - 1]["place"]) if len(found) > limit else None
    return formats.document(
        {"runs": [told(row, caller) for row in found[:limit]], "next_cursor": more}
    )


def told(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """Return a run as the API tells it: what was typed and what went wrong may name any row."""
    kept = ("run_id", "invocation_id", "status", "command", "message", "seconds", "release_id")
    instants = {name: formats.instant(row[name]) for name in ("started_at", "ended_at")}
    hidden = {} if caller.sees_all else {"command": None, "message": None}
    return {name: row[name] for name in kept} | instants | hidden


def nodes(run_id: str) -> dict[str, int]:
    """Return how many nodes of a run have which status."""
    found = journal.rows(
        "select status, count(*) as n from node_runs where run_id = ? group by status", (run_id,)
    )
    return {row["status"]: row["n"] for row in found}
