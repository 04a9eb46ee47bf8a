"""The application: routes under /api/v1, a docs page that needs no network, nothing kept in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from dashboards.api import (
    agents,
    analytics,
    answer_files,
    events,
    pipeline,
    problems,
    query,
    runs,
    system,
    tables,
)
from dashboards.api.audit import PREFIX, Audit, AuditMiddleware
from dashboards.api.bodies import BodyLimit
from dashboards.api.releases import Releases
from dashboards.api.security import Limiter, WrongKeys
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded

DESCRIPTION = """Everything a front end, a script or an agent needs of a Sluice lake.

Send a key as `Authorization: Bearer <key>` (`make api-key NAME=.. SCOPES=read`). Errors are
`application/problem+json`. Answers about a release carry an ETag and take `?release=N`."""

# what a page of another origin may send and read besides what any page may
_SENT = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "Range",
]  # fmt: skip
_READ = [
    "Content-Disposition", "Content-Range", "Digest", "ETag", "Location", "RateLimit-Remaining",
    "Retry-After",
]  # fmt: skip

_PARTS = (tables, query, system, runs, pipeline, events, analytics)


def create_app() -> FastAPI:
    """Return the application for the lake in force."""
    app = FastAPIOffline(
        title="Sluice",
        version="1.0.0",
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=f"{PREFIX}/docs",
        redoc_url=None,
        static_url=f"{PREFIX}/static",
        lifespan=_lifespan,
    )
    app.state.releases, app.state.wrong_keys = Releases(), WrongKeys()
    app.state.limiter, app.state.audit = Limiter(), Audit()
    api = APIRouter(prefix=PREFIX)
    for part in _PARTS:
        api.include_router(part.router)
    for product in PRODUCTS.values():
        if product.api:
            api.include_router(loaded(product.api))
    app.include_router(api)
    app.router.routes.append(agents.door())
    problems.install(app)
    _guard(app)
    app.add_middleware(AuditMiddleware)
    return app


def _guard(app: FastAPI) -> None:
    """Hold what requests may send, and which pages of other origins may ask."""
    app.add_middleware(
        BodyLimit,
        most_bytes=settings().sluice_api_body_bytes,
        files=_taking_files(app),
        file_bytes=settings().sluice_api_upload_bytes,
    )
    if origins := [one.strip() for one in (settings().sluice_api_origins or "").split(",") if one]:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=_SENT,
            expose_headers=_READ,
        )


def _taking_files(app: FastAPI) -> list[str]:
    """Return the paths that take a file instead of a document."""
    return [
        path
        for path, asked in app.openapi()["paths"].items()
        if "multipart/form-data" in asked.get("post", {}).get("requestBody", {}).get("content", {})
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    require_agreement(lake().root)
    answer_files.sweep()
    app.state.audit.start()
    async with agents.serving(app):
        yield
    app.state.audit.stop()
