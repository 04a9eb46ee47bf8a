"""What an agent may ask of a lake: MCP over HTTP (`/mcp`, with a key) and stdio (`make mcp`)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
import orjson
from fastapi import FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resources import FileResource
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboards.api import formats, problems, runs, security
from dashboards.api.keys import SCOPES, Caller
from dashboards.api.problems import Problem
from dashboards.api.query import Question, answer_of
from dashboards.api.releases import Release, Releases
from dashboards.api.tables import description_of, list_of
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, told
from ingestion.lakehouse.tiers import TIERS
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded
from python_models.release import live
from python_models.release.run_states import settle

# who sits at this machine and may read the lake's files anyway
_LOCAL = Caller("", "this machine", frozenset(SCOPES), frozenset(TIERS))
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ESTIMATE_SECONDS = 900
_GATES = """
select expectation, severity, success, observed, expected, checked_at
from ops.gate_results
where table_name in ($name, $schema || '.' || $name)
order by checked_at desc, expectation
limit 50
"""
_WORDS = """Read a Sluice lake: tables of its released state, what each number is made of, how runs
went. Begin with list_tables; query takes one SELECT over those tables by schema.name."""
Table = Annotated[str, Field(description="schema.name, as list_tables has it")]


def server(releases: Releases) -> MCPServer:
    """Return the tools and documents over the releases of a lake."""
    made = MCPServer("sluice", instructions=_WORDS, log_level="WARNING")
    for ask in (*_of_tables(releases), *_of_runs(), *_of_products(releases)):
        made.tool(annotations=_READS, structured_output=False)(ask)
    for page in sorted((PROJECT_ROOT / "docs").glob("*.md")):
        made.add_resource(
            FileResource(
                uri=f"docs://{page.stem}", name=page.stem, title=_title(page), path=page,
                mime_type="text/markdown",
            )
        )  # fmt: skip
    return made


def _of_tables(releases: Releases) -> tuple[Callable[..., Any], ...]:
    async def list_tables(context: Context, schema: str | None = None) -> str:
        """List the released tables with what a row of each is."""
        return await _answer(context, lambda caller: [
            one
            for one in list_of(releases.current(caller.tier))
            if schema in (None, one["schema_name"])
        ])  # fmt: skip

    async def describe_table(context: Context, table: Table) -> str:
        """Say what a table holds: its key, its columns, what it is made of and made into."""
        return await _answer(
            context, lambda caller: description_of(releases.current(caller.tier), table)
        )

    async def query(
        context: Context, sql: str, limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    ) -> str:
        """Run one SELECT over released tables: no file, no function that reads one, capped."""
        asked = Question(sql=sql, limit=limit)
        return await _answer(
            context, lambda caller: answer_of(releases.current(caller.tier), asked)
        )

    async def explain_number(context: Context, table: Table, column: str) -> str:
        """Say what a column is: its words, its SQL, its lineage, its gates and the release."""
        return await _answer(
            context, lambda caller: _explained(releases.current(caller.tier), table, column)
        )

    return list_tables, describe_table, query, explain_number


def _of_runs() -> tuple[Callable[..., Any], ...]:
    async def run_status(context: Context, run_id: str = "last") -> str:
        """Say how far a run is, by the beginning of its id; `last` is the newest."""
        return await _answer(context, lambda caller: _run(caller, run_id))

    async def estimate_run(context: Context, domains: list[str] | None = None) -> str:
        """Say what the next run would ask of models and cost; takes minutes, spends nothing."""
        return await _answer(context, lambda caller: _estimate(caller, domains or []))

    return run_status, estimate_run


def _of_products(releases: Releases) -> Iterator[Callable[..., Any]]:
    for product in PRODUCTS.values():
        if product.agent_tools:
            yield from loaded(product.agent_tools)(releases, _answer)


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[None]:
    """Let an app's door lead to the tools for as long as the block runs."""
    made = server(app.state.releases)
    made.streamable_http_app(
        stateless_http=True,
        json_response=True,
        # a key is asked for: a page of another origin, which is what this guards from, has none
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    async with made.session_manager.run():
        app.state.agents = made
        yield


class _Door:
    """Lets in who has a key, with its scopes, tiers and limits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            await anyio.to_thread.run_sync(_let_in, request)
        except Problem as problem:
            await problems.answer(request, problem)(scope, receive, send)
            return
        made: MCPServer = scope["app"].state.agents
        await made.session_manager.handle_request(scope, receive, send)


def door() -> Route:
    """Return the route that serves tools over HTTP."""
    return Route("/mcp", endpoint=_Door(), include_in_schema=False)


def _let_in(request: Request) -> None:
    scheme, key = get_authorization_scheme_param(request.headers.get("authorization"))
    is_bearer = scheme.lower() == "bearer"
    given = HTTPAuthorizationCredentials(scheme=scheme, credentials=key) if is_bearer else None
    security.may("read")(request, security.caller(request, given))


async def _answer(context: Context, ask: Callable[[Caller], Any]) -> str:
    """Return what a tool gives, as JSON; what is refused is said as over HTTP."""
    request = context.request_context.request
    caller: Caller = request.state.caller if request is not None else _LOCAL
    try:
        return formats.json_of(await anyio.to_thread.run_sync(ask, caller)).decode()
    except Problem as problem:
        raise ToolError(problem.detail) from None


def _explained(release: Release, table: str, column: str) -> dict[str, Any]:
    found = description_of(release, table)
    columns = [one for one in found["columns"] if one["name"] == column]
    if not columns:
        known = ", ".join(one["name"] for one in found["columns"])
        raise Problem(404, f"{table} has no column {column!r}; it has {known}.")
    named = {"schema": found["schema_name"], "name": found["name"]}
    file = found["lineage"]["sql_file"]
    path = PROJECT_ROOT / "dbt_project" / file if file else None
    sql = path.read_text(encoding="utf-8") if path and path.is_file() else None
    gates = release.dicts(_GATES, **named)
    return {**found, "columns": columns, "sql": sql, "gates": gates}


def _run(caller: Caller, run_id: str) -> dict[str, Any]:
    settle()
    try:
        run = live.run_named(run_id)
    except live.NotFound as error:
        raise Problem(404, str(error)) from error
    return {"run": runs.told(run, caller), "nodes": runs.nodes(run["run_id"])}


def _estimate(caller: Caller, domains: list[str]) -> Any:
    """Return what a run would cost.

    Raises:
        Problem: 403, the key starts no runs: an estimate lands what was delivered; 422, no such
            domain; 503, it cannot be said now.
    """
    if not caller.scopes & {"run", "admin"}:
        raise Problem(403, "This key lacks the scope `run`.")
    if wrong := [name for name in domains if name not in PRODUCTS]:
        raise Problem(422, f"{', '.join(wrong)}: there are {', '.join(PRODUCTS)}.")
    command = [sys.executable, "-m", "python_models.runs.estimate", "--json"]
    command += [f"--domain={','.join(domains)}"] if domains else []
    try:
        done = subprocess.run(
            command, cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True,
            timeout=_ESTIMATE_SECONDS,
        )  # fmt: skip
        return orjson.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, IndexError, orjson.JSONDecodeError) as error:
        raise Problem(
            503, "The estimate did not come to an end; `make estimate` says why."
        ) from error


def _title(page: Path) -> str:
    with page.open(encoding="utf-8") as lines:
        return next(lines, "").lstrip("# ").strip() or page.stem


def main() -> int:
    """Serve over stdio, for an agent on this machine; returns the exit code."""
    require_agreement(lake().root)
    asyncio.run(server(Releases()).run_stdio_async())
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
