"""Serve the lake's catalog over the Iceberg REST protocol, on this machine only."""

from __future__ import annotations

import sys

import uvicorn

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.rest_catalog.app import KEEP_ALIVE_SECONDS, create_app
from ingestion.lakehouse.rest_catalog.writes import writable
from ingestion.lakehouse.settings import SettingsError, settings, told

ADDRESS = "127.0.0.1"


def main() -> int:
    """Serve until it is ended; returns the exit code."""
    known = settings()
    if known.sluice_catalog_type == "rest":
        raise SettingsError(
            f"SLUICE_CATALOG_TYPE=rest: the catalog of this lake is {known.sluice_catalog_uri} "
            "already, open it there. `make catalog` serves one that is a file or in PostgreSQL."
        )
    if writable() and known.sluice_catalog_server_token is None:
        raise SettingsError(
            "SLUICE_CATALOG_SERVER_TOKEN is missing: SLUICE_CATALOG_SERVER_WRITES lets clients "
            "write, and everybody on this machine could. Any long text will do: openssl rand "
            "-hex 24"
        )
    catalog().close()  # a lake that cannot be used says so here, not to the first client
    changes = f"{', '.join(sorted(writable()))} may be written to" if writable() else "read-only"
    where = f"http://{ADDRESS}:{known.sluice_catalog_server_port}"
    sys.stderr.write(f"Iceberg REST catalog of {known.sluice_lake}: {where} ({changes})\n")
    uvicorn.run(
        create_app(),
        host=ADDRESS,
        port=known.sluice_catalog_server_port,
        log_level="warning",
        proxy_headers=False,
        limit_concurrency=200,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
