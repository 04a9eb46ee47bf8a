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
    events,
    pipeline,
    problems,
    production,
    query,
    runs,
    sets,
    standardize,
    system,
    tables,
    uploads,
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

_PARTS = (
    tables, query, system, runs, pipeline, events, uploads, standardize, sets, production,
    analytics,
)  # fmt: skip


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
    for part in (
        tables,
        query,
        system,
        runs,
        pipeline,
        events,
        uploads,
        standardize,
        sets,
        production,
        analytics,
    ):
        api.include_router(part.router)
    for product in PRODUCTS.values():
        if product.api:
            api.include_router(loaded(product.api))
    app.include_router(api)
    app.state.agents = agents.server(app.state.releases)
    app.router.routes.append(agents.door(app.state.agents))
    problems.install(app)
    app.add_middleware(
        BodyLimit,
        most_bytes=settings().sluice_api_body_bytes,
        files=[f"{PREFIX}{path}" for path in uploads.PATHS],
        file_bytes=settings().sluice_api_upload_bytes,
    )
    if origins := [one.strip() for one in (settings().sluice_api_origins or "").split(",") if one]:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "Idempotency-Key",
                "Last-Event-ID",
                "Range",
            ],
            expose_headers=["ETag", "Location", "RateLimit-Remaining", "Retry-After"],
        )
    app.add_middleware(AuditMiddleware)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    require_agreement(lake().root)
    app.state.audit.start()
    async with app.state.agents.session_manager.run():
        yield
    app.state.audit.stop()
