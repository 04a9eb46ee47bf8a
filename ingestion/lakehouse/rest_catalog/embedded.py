"""Serve the lake's catalog to the engine of a build, for as long as the build's process lives.

It is told by settings who may ask (a token) and which namespaces may be written to, is lent the
lake's lock, says on its first line where it listens, and ends with its standard input.
"""

from __future__ import annotations

import os
import socket
import sys

import uvicorn

from ingestion.lakehouse import lock
from ingestion.lakehouse.follower import end_with_input
from ingestion.lakehouse.rest_catalog.app import KEEP_ALIVE_SECONDS, create_app

ADDRESS = "127.0.0.1"


def main() -> int:
    """Serve until whoever started this ends; returns the exit code."""
    end_with_input()
    if os.environ.get(lock.LENT):
        lock.acquire()
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, int(sys.argv[1]) if len(sys.argv) > 1 else 0))
        listening.listen(200)
        sys.stdout.write(f"http://{ADDRESS}:{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            create_app(),
            log_level="warning",
            proxy_headers=False,
            limit_concurrency=200,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
