"""A real HTTP server that gives one row's question a body of the test's choice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VERDICT = {"summary": "hums", "severity": "low", "score": 2, "ids": []}


def valid(**more: Any) -> dict[str, Any]:
    """Return a body as the protocol wants it."""
    message = {"role": "assistant", "content": json.dumps(VERDICT)}
    return {
        "id": "r-1",
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    } | more


class OddServer(ThreadingHTTPServer):
    """Answers every question well but the one that holds `mark`."""

    daemon_threads = True
    mark = "m-00012"
    odd: bytes = b"{}"
    status = 200
    headers: dict[str, str] = {}
    requests = 0
    vectors: bytes | None = None

    @property
    def url(self) -> str:
        """Return what LLM_BASE_URL is set to."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """See `OddServer`."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one question."""
        asked = self.rfile.read(int(self.headers["content-length"]))
        server: OddServer = self.server
        server.requests += 1
        is_odd = server.mark.encode() in asked
        body = server.odd if is_odd else json.dumps(valid()).encode()
        self.send_response(server.status if is_odd else 200)
        for name, value in server.headers.items() if is_odd else ():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def odd_server() -> Iterator[OddServer]:
    """Run a server for a while."""
    server = OddServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
