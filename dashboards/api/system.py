"""How the lake is: its parts, its releases, its runs, in words and for Prometheus."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.problems import documented
from dashboards.api.security import Reader
from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from python_models.release.run_states import settle

router = APIRouter(prefix="/system", tags=["system"])
_KEYED = documented(401, 403, 422, 429)


class Health(BaseModel):
    """That the server answers."""

    status: str


class Component(BaseModel):
    """One part of the lake."""

    name: str
    status: str  # ok | warning | failed | unknown
    detail: str


class Status(BaseModel):
    """The parts of the lake; the worst decides."""

    status: str
    components: list[Component]


class ReleaseRow(BaseModel):
    """One release."""

    release_id: int
    created_at: datetime
    run_id: str | None
    kind: str
    note: str | None
    is_current: bool


class ReleaseList(BaseModel):
    """Releases, the newest first."""

    releases: list[ReleaseRow]
    next_cursor: str | None  # null: these were the last


@router.get("/health", response_model=Health)
def health() -> Health:
    """Say that the server answers; needs no key."""
    return Health(status="ok")


@router.get("/status", response_model=Status, responses=_KEYED)
def status(caller: Reader) -> Status:
    """Say how the parts of the lake are: lock, last run, gates, release, endpoint, disk."""
    components = [_release(), _run(), _gates(), _lock(), _disk(), _endpoint()]
    order = ("failed", "warning", "unknown", "ok")
    worst = min((one.status for one in components), key=order.index)
    return Status(status=worst, components=components)


@router.get("/releases", response_model=ReleaseList, responses=_KEYED)
def releases(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> Response:
    """List the releases that are kept, the newest first."""
    current = _current()
    found = journal.rows(
        "select rowid as place, release_id, created_at, run_id, kind, note from releases"
        " where dropped_at is null and rowid < ? order by rowid desc limit ?",
        (int(cursor) if cursor else 2**62, limit + 1),
    )
    places = [row.pop("place") for row in found]
    told = [
        row
        | {
            "created_at": formats.instant(row["created_at"]),
            "is_current": row["release_id"] == current,
        }
        for row in found[:limit]
    ]
    more = str(places[limit - 1]) if len(found) > limit else None
    return formats.document({"releases": told, "next_cursor": more})


@router.get("/metrics", response_class=PlainTextResponse, responses=_KEYED)
def metrics(request: Request, caller: Reader) -> PlainTextResponse:
    """Give figures in Prometheus' text format."""
    runs = journal.rows("select status, count(*) as n from runs group by status order by status")
    asked = journal.rows(
        "select route, status, count(*) as n from api_requests group by route, status"
        " order by route, status"
    )
    free = shutil.disk_usage(lake().root).free
    lines = [
        "# HELP sluice_release_id Number of the release that readers see",
        "# TYPE sluice_release_id gauge",
        f"sluice_release_id {_current() or 0}",
        "# HELP sluice_runs Runs by how they ended",
        "# TYPE sluice_runs gauge",
        *(f'sluice_runs{{status="{row["status"]}"}} {row["n"]}' for row in runs),
        "# HELP sluice_disk_free_bytes Room where the lake lies",
        "# TYPE sluice_disk_free_bytes gauge",
        f"sluice_disk_free_bytes {free}",
        "# HELP sluice_api_requests_total Requests by route and status",
        "# TYPE sluice_api_requests_total counter",
        *(
            f'sluice_api_requests_total{{route="{row["route"]}",status="{row["status"]}"}}'
            f" {row['n']}"
            for row in asked
        ),
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


def _current() -> int | None:
    from python_models.release.release_file import current_release_id

    return current_release_id()


def _release() -> Component:
    number = _current()
    if number is None:
        return Component(name="release", status="warning", detail="nothing is released yet")
    return Component(name="release", status="ok", detail=f"readers see release {number}")


def _run() -> Component:
    settle()
    found = journal.rows("select run_id, status from runs order by rowid desc limit 1")
    if not found:
        return Component(name="last run", status="unknown", detail="there was none yet")
    state = {"success": "ok", "running": "ok"}.get(found[0]["status"], "failed")
    detail = f"{found[0]['run_id']}: {found[0]['status']}"
    return Component(name="last run", status=state, detail=detail)


def _gates() -> Component:
    found = journal.rows(
        "select count(*) as n, coalesce(sum(success = 0 and severity = 'critical'), 0) as critical,"
        " coalesce(sum(success = 0), 0) as broken from gate_results where invocation_id ="
        " (select invocation_id from gate_results order by rowid desc limit 1)"
    )[0]
    state = "failed" if found["critical"] else "warning" if found["broken"] else "ok"
    detail = f"{found['broken']} of {found['n']} promises of the last run are broken"
    return Component(name="gates", status=state if found["n"] else "unknown", detail=detail)


def _lock() -> Component:
    holder = lock.holder()
    detail = f"held by process {holder.pid}" if holder else "free"
    return Component(name="lake lock", status="ok", detail=detail)


def _disk() -> Component:
    free = shutil.disk_usage(lake().root).free
    state = "ok" if free > 5e9 else "warning" if free > 1e9 else "failed"
    return Component(name="disk", status=state, detail=f"{free / 1e9:,.1f} GB are free")


def _endpoint() -> Component:
    is_offline = not settings().llm_base_url
    detail = "the embedded rules answer, no model" if is_offline else "an endpoint is set"
    return Component(name="LLM endpoint", status="ok", detail=detail)
