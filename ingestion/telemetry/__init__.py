"""Telemetry's dlt source: `from ingestion.telemetry import telemetry`.

Its parts are loaded when they are asked for: starting dlt takes a second, and most who import
something of this package (the dbt plugin, a run with nothing new) do not need it.
"""

from __future__ import annotations

from typing import Any

NAMESPACE = "raw_telemetry"  # of the raw tables in the catalog


def __getattr__(name: str) -> Any:
    if name in ("telemetry", "canonical"):
        from ingestion.telemetry import resources

        return getattr(resources, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
