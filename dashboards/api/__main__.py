"""Serve the API: `make api`, on this machine only unless the settings say otherwise."""

from __future__ import annotations

import json
import sys

import uvicorn

from dashboards.api.app import create_app
from ingestion.lakehouse.settings import PROJECT_ROOT, settings, told

OPENAPI = PROJECT_ROOT / "dashboards" / "api" / "openapi.json"


def main() -> int:
    """Serve, or write the OpenAPI document (`--openapi`); returns the exit code."""
    if "--openapi" in sys.argv[1:]:
        text = json.dumps(create_app().openapi(), indent=1, sort_keys=True, ensure_ascii=False)
        OPENAPI.write_text(f"{text}\n", encoding="utf-8")
        return 0
    known = settings()
    uvicorn.run(
        create_app(),
        host=known.sluice_api_address,
        port=known.sluice_api_port,
        log_level="warning",
        proxy_headers=False,  # whom to believe is said by SLUICE_TRUSTED_PROXIES
        timeout_keep_alive=30,
        limit_concurrency=200,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
