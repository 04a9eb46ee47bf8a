"""A real HTTP server with a mood: what it answers to a request is the test's choice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.python_models.llm.odd_server import valid


class Reply(NamedTuple):
    """What a request is answered with; the connection stays open after it where it is told to."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    hangs: bool = False

    @property
    def content(self) -> bytes:
        """Return the body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


GOOD = Reply(200, valid())
Mood = Callable[[dict[str, Any], int], Reply]  # (the request, how many came before) -> reply


class MoodyServer(ThreadingHTTPServer):
    """Answers as its mood says, and keeps what it was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, mood: Mood) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood = mood
        self.asked: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.lock = threading.Lock()
        self.let_go = threading.Event()

    @property
    def url(self) -> str:
        """Return what LLM_BASE_URL is set to."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def formats(self) -> list[str]:
        """Return the format every request asked for, in order."""
        return [(one.get("response_format") or {}).get("type", "text") for one in self.asked]


class Handler(BaseHTTPRequestHandler):
    """See `MoodyServer`."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one question."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server: MoodyServer = self.server
        with server.lock:
            number = len(server.asked)
            server.asked.append(request)
        reply = server.mood(request, number)
        with server.lock:
            server.replies.append(reply)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if not reply.hangs:
            self.send_header("content-length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)
        if reply.hangs:
            self.wfile.flush()
            server.let_go.wait(30)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def moody_server(mood: Mood) -> Iterator[MoodyServer]:
    """Run a server for a while."""
    server = MoodyServer(mood)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        server.server_close()
