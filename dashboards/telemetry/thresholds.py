"""The limits that judged the machines."""

from __future__ import annotations

from dashboards.parts import thresholds
from dashboards.parts.release import Release
from dashboards.telemetry.filters import Filters


def show(release: Release, filters: Filters) -> None:
    """Show every limit, with where it lies and how it is changed."""
    thresholds.show(release, "telemetry")
