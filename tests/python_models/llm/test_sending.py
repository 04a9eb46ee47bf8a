"""A step's later requests go by the head of its first: they say and mean what the client's do."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.budget import Budget
from python_models.llm.asking.lane import Lane
from python_models.llm.asking.sending import Sender
from python_models.llm.endpoints.endpoint import OFFLINE, Endpoint, current_endpoint
from python_models.llm.endpoints.error_types import ErrorType, Problem
from python_models.llm.endpoints.errors import problem_of, problem_replied
from python_models.llm.endpoints.heads import Reply
from python_models.llm.endpoints.prices import Price

BODY = {"model": "m", "messages": [{"role": "user", "content": "größer? 漢字"}], "temperature": 0.5}
LIMIT = 0.4  # seconds a request may take
TROUBLES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "refused": (429, {"Retry-After": "7"}, b'{"error": {"message": "Too many", "code": "x"}}'),
    "broken": (502, {}, b"<html>caf\xe9</html>"),
    "moved": (308, {"Location": "https://me:secret@elsewhere.example/v1?key=1"}, b""),
    "forbidden": (401, {}, b'{"error": "no such key"}'),
}


class Handler(BaseHTTPRequestHandler):
    """Answers well, or as the server is told; each request has a connection of its own."""

    def do_POST(self) -> None:
        """Answer one request."""
        server: Any = self.server
        said = self.rfile.read(int(self.headers["content-length"]))
        server.seen.append((self.path, self.headers.items(), said))
        if server.mood == "dropped":
            return
        if server.mood == "late":
            time.sleep(2 * LIMIT)
        status, headers, body = TROUBLES.get(server.mood, (200, {"X-Request-Id": "r-1"}, b"{}"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        with suppress(BrokenPipeError):
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    found: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads, found.seen, found.mood = True, [], "well"
    threading.Thread(target=found.serve_forever, args=[0.02], daemon=True).start()
    monkeypatch.setenv("LLM_BASE_URL", f"http://127.0.0.1:{found.server_port}/v1")
    monkeypatch.setenv("LLM_API_KEY", "key-of-the-test-0123456789")
    monkeypatch.setenv("LLM_EXTRA_QUERY", '{"api-version": "2"}')
    monkeypatch.setenv("LLM_TIMEOUT_SECONDS", str(LIMIT))
    reset_settings()
    yield found
    found.shutdown()
    found.server_close()
    reset_settings()


def asked_of(endpoint: Endpoint) -> Asked:
    return Asked(
        "a_step", "a_node", "run", endpoint, "m", {"extra_query": {"routing": "eu"}}, None,
        Price(0, 0, 0), Budget([], asyncio.Event()), {}, 10.0, headers={"X-Title": "a study"},
    )  # fmt: skip


async def meaning(sender: Sender) -> Problem | Reply:
    """Return what one request comes to."""
    try:
        reply = await sender.send(BODY, 3)
    except Exception as error:  # noqa: BLE001  what it means is what is looked at
        return problem_of(error)
    return problem_replied(reply, has_format=False) or reply


def both_ways(server: Any, mood: str) -> tuple[Problem | Reply, Problem | Reply]:
    """Return what comes of a request as the client writes it, and by the head of another."""

    async def ask() -> tuple[Problem | Reply, Problem | Reply]:
        lane = Lane(current_endpoint())
        first, later = (Sender(lane, asked_of(lane.endpoint)) for _ in range(2))
        assert isinstance(await meaning(later), Reply)  # from here on it has a head
        server.mood = mood
        if mood == "gone":
            server.shutdown()
            server.server_close()
        found = await meaning(first), await meaning(later)
        await lane.close()
        return found

    return asyncio.run(ask())


def test_a_later_request_is_byte_for_byte_what_the_client_writes(server: Any) -> None:
    first, later = both_ways(server, "well")
    assert isinstance(first, Reply) and isinstance(later, Reply)
    assert (first.status, first.content) == (later.status, later.content) == (200, b"{}")
    assert first.headers.get("x-request-id") == later.headers.get("x-request-id") == "r-1"
    _, (path, headers, said), again = server.seen
    assert (again[0], again[2]) == (path, said)
    assert json.loads(said) == BODY
    assert path == "/v1/chat/completions?api-version=2&routing=eu"
    lowered = [{name.lower(): value for name, value in seen} for seen in (headers, again[1])]
    assert lowered[0] == lowered[1]
    assert lowered[1]["authorization"] == "Bearer key-of-the-test-0123456789"
    assert (lowered[1]["x-sluice-replicate"], lowered[1]["x-title"]) == ("3", "a study")


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        ("refused", ErrorType.RATE_LIMIT),
        ("broken", ErrorType.SERVER_ERROR),
        ("moved", ErrorType.MOVED),
        ("forbidden", ErrorType.AUTHENTICATION),
        ("dropped", ErrorType.CONNECTION),
        ("late", ErrorType.TIMEOUT),
        ("gone", ErrorType.UNREACHABLE),
    ],
)
def test_trouble_means_the_same_whichever_way_a_request_went(
    server: Any, mood: str, kind: ErrorType
) -> None:
    first, later = both_ways(server, mood)
    assert isinstance(first, Problem) and first.kind is kind
    assert later == first


def test_the_embedded_endpoint_answers_both_ways_alike() -> None:
    async def ask() -> list[dict[str, Any]]:
        lane = Lane(Endpoint(OFFLINE, "http://offline.invalid/v1", is_offline=True))
        sender = Sender(lane, asked_of(lane.endpoint))
        found = []
        for _ in range(2):
            reply = await meaning(sender)
            assert isinstance(reply, Reply)
            assert reply.headers.get("x-sluice-provider") == "offline-rules"
            found.append(json.loads(reply.content))
        await lane.close()
        return found

    first, later = asyncio.run(ask())
    assert first["choices"] == later["choices"]
    assert first["usage"] == later["usage"]
