"""The official MCP client finds over HTTP and stdio what its key may see, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.dashboards.api.conftest import Server

TOOLS = {
    "list_tables", "describe_table", "query", "explain_number", "run_status", "estimate_run",
    "search_knowledge",
}  # fmt: skip


def asked(client: Any, *calls: tuple[str, dict[str, Any]]) -> list[tuple[bool, str]]:
    """Return for each call whether it was refused, and the text that came back."""

    async def ask() -> list[tuple[bool, str]]:
        found = []
        async with Client(client()) as one:
            assert {tool.name for tool in (await one.list_tools()).tools} == TOOLS
            for name, arguments in calls:
                answer = await one.call_tool(name, arguments)
                found.append((bool(answer.is_error), answer.content[0].text))
            pages = {str(page.uri): page for page in (await one.list_resources()).resources}
            page = await one.read_resource("docs://glossary")
            assert "docs://api" in pages and page.contents[0].text.startswith("#")
        return found

    return asyncio.run(ask())


def over_http(server: Server, *scopes: str, tiers: tuple[str, ...] = TIERS) -> Any:
    key = make_key("agent", list(scopes), list(tiers), 1)
    address = server.url.replace("/api/v1", "/mcp")

    def client() -> Any:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
        return streamable_http_client(address, http_client=http)

    return client


CALLS = (
    ("list_tables", {"schema": "telemetry"}),
    ("describe_table", {"table": "telemetry.issues"}),
    ("query", {"sql": "select count(*) as n from telemetry.issues"}),
    ("explain_number", {"table": "telemetry.issues", "column": "severity"}),
    ("query", {"sql": "select * from read_text('/etc/passwd')"}),
    ("query", {"sql": "drop table telemetry.issues"}),
    ("describe_table", {"table": "telemetry.nothing"}),
    ("explain_number", {"table": "telemetry.issues", "column": "nothing"}),
    ("run_status", {}),
    ("search_knowledge", {"question": "Who owns billing?"}),
)
REFUSED = [False, False, False, False, True, True, True, True, True, False]


def test_tools_answer_over_http_with_the_keys_own_scopes_and_tiers(server: Server) -> None:
    server.start()
    found = asked(over_http(server, "read"), *CALLS, ("estimate_run", {}))
    assert [is_refused for is_refused, _ in found] == [*REFUSED, True], found
    assert json.loads(found[2][1])["rows"][0]["n"] > 0
    explained = json.loads(found[3][1])
    assert [one["name"] for one in explained["columns"]] == ["severity"]
    assert explained["release_id"] == json.loads(found[1][1])["release_id"]
    assert json.loads(found[9][1])["hits"][0]["object_id"] == "billing"
    assert "root:" not in found[4][1] and "scope `run`" in found[10][1]
    poor = asked(over_http(server, "read", tiers=("open",)), CALLS[0], CALLS[2])
    assert [is_refused for is_refused, _ in poor] == [False, True]
    unknown = asked(over_http(server, "run", "read"), ("estimate_run", {"domains": ["none"]}))
    assert unknown[0][0] and "there are" in unknown[0][1]
    address = server.url.replace("/api/v1", "/mcp")
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert httpx2.post(address, json={}, headers=headers).status_code == 401
    with pytest.raises(BaseExceptionGroup):  # a key without the scope gets no session
        asked(over_http(server, "write"), CALLS[0])
    server.stop()
    noted = journal.rows("select distinct route, status from api_requests where route = '/mcp'")
    assert {row["status"] for row in noted} >= {200, 401, 403}


def test_tools_answer_over_stdio(released: Path) -> None:
    def client() -> Any:
        return stdio_client(
            StdioServerParameters(
                command=sys.executable, args=["-W", "ignore", "-m", "dashboards.api.agents"],
                env=dict(os.environ), cwd=PROJECT_ROOT,
            )
        )  # fmt: skip

    found = asked(client, *CALLS)
    assert [is_refused for is_refused, _ in found] == REFUSED, found
