"""Who asked what, and how it was answered: a row a request, without bodies."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from ingestion.lakehouse import journal

PREFIX = "/api/v1"
_AT_ONCE = 500
_WAIT = 0.5  # seconds a row waits for others at most
log = get_logger(__name__)


class Audit:
    """Writes rows from a thread of its own: no request waits for the disk."""

    def __init__(self) -> None:
        self._rows: queue.Queue[dict[str, Any] | None] = queue.Queue(maxsize=100_000)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="audit", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        if self._thread is not None:
            self._rows.put(None)
            self._thread.join(timeout=10)
            self._thread = None

    def note(self, row: dict[str, Any]) -> None:
        """Take a row; when writing cannot keep up the request waits, no row is dropped."""
        self._rows.put(row)

    def _write(self) -> None:
        is_open = True
        while is_open:
            rows, until = [self._rows.get()], time.monotonic() + _WAIT
            while rows[-1] is not None and len(rows) < _AT_ONCE:
                try:
                    rows.append(self._rows.get(timeout=max(0.0, until - time.monotonic())))
                except queue.Empty:
                    break
            is_open = rows[-1] is not None
            try:
                journal.put("api_requests", [row for row in rows if row is not None])
            except Exception as error:  # noqa: BLE001  the server goes on when the disk is full
                log.error("api_audit_not_written", rows=len(rows), error=repr(error))


class AuditMiddleware:
    """Notes each request when its answer has been sent, and adds the headers of limits and ETag."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, sent = time.perf_counter(), 500, 0
        at = journal.now()

        async def noting(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_added(scope, status)]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            state = scope.get("state", {})
            caller = state.get("caller")
            scope["app"].state.audit.note(
                {
                    "requested_at": at,
                    "key_prefix": caller.prefix if caller else None,
                    "method": scope["method"],
                    "route": _route(scope),
                    "status": status,
                    "seconds": round(time.perf_counter() - started, 6),
                    "bytes": sent,
                    "job_id": state.get("job_id"),
                }
            )


def _route(scope: Scope) -> str:
    """Return an address with the names of its parameters, never their values."""
    path = getattr(scope.get("route"), "path_format", None)
    if path is None:
        return "/mcp" if scope["path"] == "/mcp" else "unknown"
    return path if path.startswith(PREFIX) else f"{PREFIX}{path}"


def _added(scope: Scope, status: int) -> list[tuple[bytes, bytes]]:
    state = scope.get("state", {})
    headers = dict(state.get("limit_headers") or {}) if status != 429 else {}
    if status == 200 and state.get("etag"):
        headers["ETag"] = state["etag"]
        headers["Cache-Control"] = "private, no-cache"
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
