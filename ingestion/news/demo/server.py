"""Serves the demo's internet from a thread of this process: every host lies on 127.0.0.1."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

INTERNET = "internet.json.gz"


def demo_as_of(folder: Path) -> datetime:
    """Return the evening the demo's news end: what its runs take for now."""
    text = json.loads(gzip.decompress((folder / INTERNET).read_bytes()))["as_of"]
    return datetime.fromisoformat(text)


class _Server(ThreadingHTTPServer):
    """Says nothing of askers that hang up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class DemoInternet:
    """The hosts of a folder, served while the context is open.

    Attributes:
        resolve: {host: (address, port)}, as `curl --resolve` takes it.
        log: (host, path, status, begun, ended) of each request, times of `time.monotonic`.
    """

    def __init__(self, folder: Path, delay_seconds: float = 0.0) -> None:
        found = json.loads(gzip.decompress((folder / INTERNET).read_bytes()))
        self.as_of = datetime.fromisoformat(found["as_of"])
        self._serve(found["hosts"], delay_seconds)

    def _serve(self, hosts: dict[str, dict[str, Any]], delay_seconds: float) -> None:
        self.hosts, self.delay = hosts, delay_seconds
        self.resolve: dict[str, tuple[str, int]] = {}
        self.log: list[tuple[str, str, int, float, float]] = []
        self._server: _Server | None = None

    def __enter__(self) -> DemoInternet:
        internet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                internet._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: `log` has it."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        place = ("127.0.0.1", int(self._server.server_address[1]))
        self.resolve = dict.fromkeys(self.hosts, place)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        begun = time.monotonic()
        host = (request.headers.get("Host") or "").partition(":")[0].lower()
        reply = self.hosts.get(host, {}).get(request.path, {"status": 404, "body": "nothing here"})
        body = reply.get("body", "").encode(reply.get("encoding", "utf-8"))
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        status = int(reply.get("status", 200))
        if self.delay:
            time.sleep(self.delay)
        if status == 200 and request.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        request.send_response(status)
        for name, value in reply.get("headers", {}).items():
            request.send_header(name, value)
        if status == 200:
            request.send_header("ETag", tag)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        self.log.append((host, request.path, status, begun, time.monotonic()))
