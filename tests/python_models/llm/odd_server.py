"""A real HTTP server that gives one row's question a body of the test's choice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
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


GOOD = {"status_code": 200, "body": valid()}


class OddServer(ThreadingHTTPServer):
    """Answers every question well but the one that holds `mark`."""

    daemon_threads = True
    mark = "m-00012"
    odd: bytes = b"{}"
    status = 200
    headers: dict[str, str] = {}
    requests = 0
    asked: Sequence[dict[str, Any]] = ()  # lines of the last batch
    batch_ends = "completed"

    def __init__(self, *address: Any) -> None:
        """Listen; `seen` becomes the path and the headers of each request."""
        self.seen: list[tuple[str, dict[str, str]]] = []
        super().__init__(*address)

    @property
    def url(self) -> str:
        """Return what LLM_BASE_URL is set to."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """See `OddServer`."""

    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        """Keep how it was asked."""
        is_read = super().parse_request()
        named = {name.lower(): value for name, value in self.headers.items()} if is_read else {}
        self.server.seen.append((self.path if is_read else "", named))
        return is_read

    def do_POST(self) -> None:
        """Answer one question."""
        asked = self.rfile.read(int(self.headers["content-length"]))
        server: OddServer = self.server
        server.requests += 1
        if self._place.endswith(("/files", "/batches")):
            self._batch(asked)
            return
        is_odd = server.mark.encode() in asked
        body = server.odd if is_odd else json.dumps(valid()).encode()
        self.send_response(server.status if is_odd else 200)
        for name, value in server.headers.items() if is_odd else ():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Say that the batch is done, or give its output."""
        if not self._place.endswith("/content"):
            self._send(self._done())
            return
        server: OddServer = self.server
        lines = [
            server.odd.replace(b"CUSTOM_ID", line["custom_id"].encode())
            if server.mark in json.dumps(line)
            else json.dumps({"custom_id": line["custom_id"], "response": GOOD}).encode()
            for line in server.asked
        ]
        self._send(b"\n".join(lines))

    def _batch(self, asked: bytes) -> None:
        server: OddServer = self.server
        if self._place.endswith("/files"):
            lines = [line for line in asked.splitlines() if line.startswith(b'{"custom_id"')]
            server.asked = [json.loads(line) for line in lines]
        self._send(self._done())

    def _done(self) -> bytes:
        name = f"b-{self.server.requests}"
        done = {"id": name, "status": self.server.batch_ends, "output_file_id": "f-2"}
        return json.dumps(done).encode()

    @property
    def _place(self) -> str:
        return self.path.partition("?")[0]

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
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
