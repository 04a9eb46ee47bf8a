"""The addresses of the protocol, who may ask, and how an answer is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from typing import Any

from pydantic import BaseModel
from pyiceberg.catalog.sql import SqlCatalog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog import get_logger

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.rest_catalog import namespaces, tables, views
from ingestion.lakehouse.rest_catalog.call import Call, one_level
from ingestion.lakehouse.rest_catalog.problems import Refused, answer, bad_request
from ingestion.lakehouse.settings import scrub, settings

log = get_logger(__name__)

Handler = Callable[[Call], Any]
BODY_BYTES = 64 * 1024 * 1024  # a commit carries snapshots and schemas, no rows
# longer than Sail keeps a connection that waits: one closed under it fails its next request
KEEP_ALIVE_SECONDS = 300
_NAMESPACE = "/v1/{prefix}/namespaces/{namespace}"
_TABLE = _NAMESPACE + "/tables/{table}"
_VIEW = _NAMESPACE + "/views/{view}"


def _ignored(call: Call) -> None:
    """What a client measured of its own scan is nothing to us."""


# as the protocol writes them: clients are told this very list
ENDPOINTS: dict[tuple[str, str], Handler] = {
    ("GET", "/v1/{prefix}/namespaces"): namespaces.list_namespaces,
    ("POST", "/v1/{prefix}/namespaces"): namespaces.create_namespace,
    ("HEAD", _NAMESPACE): namespaces.load_namespace,
    ("GET", _NAMESPACE): namespaces.load_namespace,
    ("DELETE", _NAMESPACE): namespaces.drop_namespace,
    ("POST", _NAMESPACE + "/properties"): namespaces.update_namespace,
    ("GET", _NAMESPACE + "/tables"): tables.list_tables,
    ("POST", _NAMESPACE + "/tables"): tables.create_table,
    ("POST", _NAMESPACE + "/register"): tables.register_table,
    ("HEAD", _TABLE): tables.load_table,
    ("GET", _TABLE): tables.load_table,
    ("POST", _TABLE): tables.commit_table,
    ("DELETE", _TABLE): tables.drop_table,
    ("POST", _TABLE + "/metrics"): _ignored,
    ("POST", "/v1/{prefix}/tables/rename"): tables.rename_table,
    ("POST", "/v1/{prefix}/transactions/commit"): tables.commit_transaction,
    ("GET", _NAMESPACE + "/views"): views.list_views,
    ("POST", _NAMESPACE + "/views"): views.create_view,
    ("HEAD", _VIEW): views.load_view,
    ("GET", _VIEW): views.load_view,
    ("POST", _VIEW): views.commit_view,
    ("DELETE", _VIEW): views.drop_view,
    ("POST", "/v1/{prefix}/views/rename"): views.rename_view,
}


def create_app() -> Starlette:
    """Return the server of the lake in force."""
    routes = [Route("/v1/config", _config, methods=["GET"])]
    # an answer without a prefix: one lake, one catalog
    routes += [
        Route(path.replace("/{prefix}", ""), _endpoint(handler, method), methods=[method])
        for (method, path), handler in ENDPOINTS.items()
    ]
    # a page in a browser may name this machine as it likes, but not as its host
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(routes=routes, middleware=[hosts], exception_handlers={HTTPException: _lost})


async def _lost(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    says = f"{request.method} {request.url.path} is not there"
    return answer(Refused(status, "BadRequestException", says))


async def _config(request: Request) -> Response:
    try:
        _require_known(request)
    except Refused as refused:
        return answer(refused)
    endpoints = [f"{method} {path}" for method, path in ENDPOINTS]
    known = settings()
    overrides = {}
    if known.sluice_s3_endpoint:  # with which keys is each client's own matter
        overrides = {"s3.endpoint": known.sluice_s3_endpoint, "s3.region": known.sluice_s3_region}
    return JSONResponse({"defaults": {}, "overrides": overrides, "endpoints": endpoints})


def _endpoint(handler: Handler, method: str) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            _require_known(request)
            body = await _body(request)
            found = await run_in_threadpool(_handled, handler, request, body)
        except Exception as error:  # noqa: BLE001  # every error is an answer of the protocol
            refused = answer(error)
            if refused.status_code == 500:
                log.error("catalog_failed", path=request.url.path, error=scrub(repr(error)))
            return refused
        if found is None or method == "HEAD":
            return Response(status_code=204)
        if isinstance(found, BaseModel):
            return Response(found.model_dump_json(), media_type="application/json")
        return JSONResponse(found)

    return endpoint


def _handled(handler: Handler, request: Request, body: bytes) -> Any:
    # opened anew for each request: the lake may be restored or repaired under a running server
    with closing(catalog()) as opened:
        if not isinstance(opened, SqlCatalog):
            raise bad_request("The catalog of this lake is a REST catalog: ask it itself")
        names = request.path_params
        parts = [part for part in names.get("namespace", "").split("\x1f") if part]
        call = Call(
            opened,
            namespace=one_level(parts) if parts else "",
            name=names.get("table") or names.get("view") or "",
            query=request.query_params,
            body=body,
        )
        return handler(call)


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES:
            raise Refused(413, "BadRequestException", f"A request has at most {BODY_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def _require_known(request: Request) -> None:
    token = settings().sluice_catalog_server_token
    if token is None:
        return
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not secrets.compare_digest(sent.encode(), token.get_secret_value().encode()):
        says = "Send the token of this server (its SLUICE_CATALOG_SERVER_TOKEN) as a bearer token"
        raise Refused(401, "NotAuthorizedException", says)
