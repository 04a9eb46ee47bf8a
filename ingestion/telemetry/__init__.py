"""Telemetry: readings of machines, their labels, and where both come from."""

from __future__ import annotations

NAMESPACE = "raw_telemetry"  # of the raw tables in the catalog
