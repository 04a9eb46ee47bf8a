"""What a report is called where one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboards.parts.text import moment


def labels_of(reports: dict[str, dict[str, Any]]) -> Callable[[str], str]:
    """Return what says a report's time, name and the end of its run's id; others stay ids.

    Args:
        reports: rows of `news.reports` by run id.
    """

    def label(run: str) -> str:
        known = reports.get(run)
        if known is None:
            return run
        name = known.get("report") or "report"
        return f"{moment(known['as_of'])} · {name} · {run.rpartition('-')[2]}"

    return label
