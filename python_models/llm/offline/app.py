"""The offline endpoint: an ASGI app with the protocol of OpenAI that answers from rules.

No model is behind it, and every answer says so (`provider: offline-rules`). The same app is
embedded in the process without a key, and served over HTTP with faults switched on in tests.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from python_models.llm.offline.chat import ChatAnswer, answer_chat
from python_models.llm.offline.counters import Counters
from python_models.llm.offline.faults import Faults
from python_models.llm.offline.limits import ServerLimit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PROVIDER = "offline-rules"
HANG_SECONDS = 3600.0

# kind of fault -> status, error code, message
ERRORS: dict[str, tuple[int, str, str]] = {
    "rate_limit": (429, "rate_limit_exceeded", "Rate limit reached, try again later."),
    "rate_limit_silent": (429, "rate_limit_exceeded", "Too many requests."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota."),
    "server_error": (500, "server_error", "The server had an error."),
    "overloaded": (503, "overloaded", "The engine is overloaded."),
    "unauthorized": (401, "invalid_api_key", "Incorrect API key provided."),
    "forbidden": (403, "forbidden", "You may not use this model."),
    "not_found": (404, "model_not_found", "The model does not exist."),
    "bad_request": (400, "invalid_request_error", "The request is malformed."),
    "context_too_long": (
        400,
        "context_length_exceeded",
        "This model's maximum context length is 8192 tokens.",
    ),
}


class Dropped(ConnectionError):
    """The fault `drop`: the connection ends without an answer."""


class OfflineApp:
    """One server: its faults, its counters and the files of its batches."""

    def __init__(
        self,
        faults: Faults | None = None,
        drop: Callable[[Scope], None] | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self.counters = Counters()
        self.limit = ServerLimit(self.faults)
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self._drop = drop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] == "lifespan":
            await answer_lifespan(receive, send)
            return
        body = await read_body(receive)
        path = scope["path"].removeprefix("/v1")
        if path == "/chat/completions":
            await self._chat(scope, body, send)
        elif path == "/embeddings":
            from python_models.llm.offline.embeddings import answer_embeddings

            self.counters.enter()
            answer = answer_embeddings(json.loads(body))
            await asyncio.sleep(self.faults.latency())
            self.counters.prompt_tokens += answer["usage"]["prompt_tokens"]
            self.counters.answered += 1
            self.counters.leave()
            await reply(send, 200, answer)
        else:
            from python_models.llm.offline.routes import answer_route

            await reply(send, *await answer_route(self, scope["method"], path, scope, body))

    async def _chat(self, scope: Scope, body: bytes, send: Send) -> None:
        self.counters.enter()
        try:
            if not self.limit.admits():
                await self._error(send, "rate_limit_silent", scope)
                return
            request = json.loads(body)
            prompt = hashlib.sha256(json.dumps(request.get("messages")).encode()).hexdigest()
            kind = self.faults.draw(prompt)
            if kind:
                self.counters.faults[kind] += 1
            if await self._goes_wrong(kind, request, scope, send):
                return
            await asyncio.sleep(self.faults.latency())
            request["replicate"] = header(scope, b"x-sluice-replicate") or "0"
            answer = answer_chat(request, step_of(scope, request), kind, self.faults)
            if kind == "cut_body":
                await self._cut(scope, send, answer)
                return
            self._count(answer, prompt, step_of(scope, request))
            await reply(send, 200, answer.body, self.limit.headers())
        finally:
            self.counters.leave()

    def _count(self, answer: ChatAnswer, prompt: str, step: str) -> None:
        self.counters.statuses["200"] += 1
        self.counters.answered += 1
        self.counters.prompt_tokens += answer.prompt_tokens
        self.counters.completion_tokens += answer.completion_tokens
        self.counters.steps[step] += 1
        self.counters.prompts[prompt] += 1

    async def _goes_wrong(
        self, kind: str | None, request: dict[str, Any], scope: Scope, send: Send
    ) -> bool:
        """Show a fault that leaves no chat answer; say whether there was one."""
        wanted = (request.get("response_format") or {}).get("type")
        if wanted and (
            self.faults.no_response_format
            or (self.faults.no_json_schema and wanted == "json_schema")
        ):
            message = f"response_format of type {wanted} is not supported by this server"
            await self._error(send, "bad_request", scope, message)
        elif kind in ERRORS:
            await self._error(send, kind, scope)
        elif kind == "echo_key":
            said = dict(scope["headers"]).get(b"authorization", b"").decode()
            await self._error(send, "server_error", scope, f"cannot serve {said}")
        elif kind == "drop":
            self._end(scope)
        elif kind == "hang":
            await asyncio.sleep(HANG_SECONDS)
        elif kind == "html":
            page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
            self.counters.statuses["html"] += 1
            await reply_bytes(send, 200, page, "text/html")
        elif kind == "no_choices":
            self.counters.statuses["no_choices"] += 1
            await reply(send, 200, {"id": "x", "object": "chat.completion", "choices": []})
        else:
            return False
        return True

    def _end(self, scope: Scope) -> None:
        self.counters.statuses["dropped"] += 1
        if self._drop is not None:
            self._drop(scope)
        raise Dropped("the connection was dropped")

    async def _cut(self, scope: Scope, send: Send, answer: ChatAnswer) -> None:
        body = json.dumps(answer.body).encode()
        await start(send, 200, "application/json", len(body), {})
        await send({"type": "http.response.body", "body": body[:40], "more_body": True})
        await asyncio.sleep(0.01)
        self._end(scope)

    async def _error(self, send: Send, kind: str, scope: Scope, message: str | None = None) -> None:
        status, code, text = ERRORS[kind]
        self.counters.statuses[str(status)] += 1
        headers = self.limit.headers()
        if kind == "rate_limit":
            headers["retry-after"] = str(self.faults.retry_after)
        body = {"error": {"message": message or text, "type": code, "code": code}}
        await reply(send, status, body, headers)


def step_of(scope: Scope, request: dict[str, Any]) -> str:
    """Return which step asks: the header says, else the name of the schema asked for."""
    if said := header(scope, b"x-sluice-step"):
        return said
    schema = (request.get("response_format") or {}).get("json_schema") or {}
    return schema.get("name", "")


def header(scope: Scope, wanted: bytes) -> str:
    """Return a header of a request; empty when it has none."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def answer_lifespan(receive: Receive, send: Send) -> None:
    """Follow a server's start and stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def start(send: Send, status: int, kind: str, size: int, headers: dict[str, str]) -> None:
    """Send the head of a response."""
    said = {
        "content-type": kind,
        "content-length": str(size),
        "x-request-id": f"offline-{time.monotonic_ns():x}",
        "x-sluice-provider": PROVIDER,
    } | headers
    raw = [(name.encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def reply(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """Answer with JSON (or with bytes as they are)."""
    if isinstance(body, bytes):
        await reply_bytes(send, status, body, "application/octet-stream")
        return
    text = json.dumps(body, ensure_ascii=False).encode()
    await reply_bytes(send, status, text, "application/json", headers)


async def reply_bytes(
    send: Send, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
) -> None:
    """Answer with a body of any kind."""
    await start(send, status, kind, len(body), headers or {})
    await send({"type": "http.response.body", "body": body})
