"""Figures for a front page: gates, freshness, spend and what was saved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api import formats
from dashboards.api.problems import documented
from dashboards.api.releases import OfRelease
from dashboards.shared import overview_queries
from ingestion.lakehouse.settings import settings
from python_models.release.metrics.compiler import metric_sql

router = APIRouter(prefix="/analytics", tags=["analytics"])
_ERRORS = documented(401, 403, 404, 410, 422, 429, 503)
_FIGURES = {
    "calls_paid": "calls",
    "calls_cached": "cached_calls",
    "spend_usd": "usd",
    "saved_usd": "saved_usd",
}
_BY_DAY = metric_sql(_FIGURES, by=["cost_date"])
_TOTAL = metric_sql(_FIGURES)


class Dashboard(BaseModel):
    """What a front page shows."""

    release_id: int
    runs: list[dict[str, Any]]
    gates: list[dict[str, Any]]
    freshness: list[dict[str, Any]]
    spend: dict[str, Any]


class Cost(BaseModel):
    """What answers cost, and what asking nothing twice saved (USD)."""

    release_id: int
    total: dict[str, Any]
    days: list[dict[str, Any]]


def _minute(request: Request) -> datetime:
    """Return now to the minute, UTC and naive; an answer that ages is another one then."""
    now = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None)
    request.state.beside = now.isoformat()
    return now


@router.get("/dashboard", response_model=Dashboard, responses=_ERRORS)
def dashboard(now: Annotated[datetime, Depends(_minute)], release: OfRelease) -> Response:
    """Give the last runs, gates, freshness of sources and spend."""
    hours = settings().sluice_stale_hours
    return formats.document(
        {
            "release_id": release.number,
            "runs": release.dicts(overview_queries.LAST_RUNS),
            "gates": release.dicts(overview_queries.GATES),
            "freshness": release.dicts(overview_queries.FRESHNESS, now=now, stale_hours=hours),
            "spend": release.dicts(_TOTAL)[0],
        }
    )


@router.get("/cost", response_model=Cost, responses=_ERRORS)
def cost(release: OfRelease) -> Response:
    """Give spend and savings by day."""
    return formats.document(
        {
            "release_id": release.number,
            "total": release.dicts(_TOTAL)[0],
            "days": release.dicts(_BY_DAY),
        }
    )
