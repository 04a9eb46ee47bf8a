"""How far a run is, read from dbt's structured log while it is being written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RUNNING = "running"


@dataclass
class NodeProgress:
    """One node of the run."""

    node: str
    kind: str
    status: str = RUNNING
    started_at: datetime | None = None
    seconds: float | None = None
    message: str = ""


@dataclass
class Progress:
    """All nodes seen so far, in the order they started."""

    total: int | None = None
    nodes: dict[str, NodeProgress] = field(default_factory=dict)

    def done(self) -> int:
        """Return how many nodes have ended."""
        return sum(node.status != RUNNING for node in self.nodes.values())

    def share(self) -> float:
        """Return how much is done, 0..1."""
        return min(1.0, self.done() / self.total) if self.total else 0.0


def read_progress(log: Path) -> Progress:
    """Return the progress a log tells of; no log yet is no progress yet."""
    try:
        with log.open("rb") as lines:
            return progress(lines)
    except FileNotFoundError:
        return Progress()


def progress(lines: Iterable[bytes | str]) -> Progress:
    """Return the progress that the lines of a structured log tell of."""
    found = Progress()
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last line may be half-written
        if isinstance(event, dict):
            _take(found, event.get("info") or {}, event.get("data") or {})
    return found


def _take(found: Progress, info: dict[str, Any], data: dict[str, Any]) -> None:
    described = data.get("node_info") or {}
    identity, name = described.get("unique_id"), str(info.get("name"))
    if not identity:
        return
    if isinstance(data.get("total"), int):
        found.total = max(found.total or 0, data["total"])
    has_ended = name == "SkippingDetails" or (name.startswith("Log") and name.endswith("Result"))
    if not has_ended and name not in ("LogStartLine", "RunResultError", "RunResultWarningMessage"):
        return
    node = found.nodes.setdefault(
        identity,
        NodeProgress(
            node=described.get("node_name") or identity,
            kind=described.get("resource_type") or "",
            started_at=_instant(described.get("node_started_at") or info.get("ts")),
        ),
    )
    if has_ended:
        # dbt gives unit tests no status of the node, only the one it prints
        known = [str(text).lower() for text in (described.get("node_status"), data.get("status"))]
        status = next((text for text in known if text not in ("none", "")), "done")
        node.status = "skipped" if name == "SkippingDetails" else status
        node.seconds = data.get("execution_time", 0.0)
    elif "msg" in data:
        node.message = " ".join(str(data["msg"]).split())[:300]


def _instant(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
