"""Serve the offline endpoint over HTTP: `python -m python_models.llm.offline --port 8080`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from python_models.llm.offline.app import OfflineApp, Scope
from python_models.llm.offline.faults import Faults

_open: dict[tuple[str, int], Any] = {}


class Protocol(H11Protocol):
    """Remembers the connection behind a request, so that a fault can cut it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _open[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        peer = self.transport.get_extra_info("peername")
        if peer:
            _open.pop(peer[:2], None)
        super().connection_lost(exc)


def cut_connection(scope: Scope) -> None:
    """Close the connection of a request at once, without an answer."""
    transport = _open.get(tuple(scope["client"]))
    if transport is not None:
        transport.abort()


def main() -> None:
    """Read the arguments and serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--faults", default="{}", help="JSON, or @file; see faults.py")
    arguments = parser.parse_args()
    text = arguments.faults
    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    app = OfflineApp(Faults.from_json(text), drop=cut_connection)
    sys.stdout.write(f"offline endpoint at http://{arguments.host}:{arguments.port}/v1\n")
    sys.stdout.flush()
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        http=Protocol,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
