"""What the lake knows of earlier runs: which sources answered how, which entries were seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.lakehouse.catalog import catalog
from ingestion.landing.landed import landed_rows
from ingestion.news.product import PRODUCT
from ingestion.news.schema import NAMESPACE

_RUN = ("run_id", "report", "as_of", "kind", "origin", "config", "previous_run_id", "with_feedback")
_HEALTH = (
    "source", "run_id", "status", "http_status", "failure_count", "last_good_at", "next_try_at",
    "moved_to", "current_url", "declaration_hash", "etag", "last_modified", "flags", "item_count",
)  # fmt: skip
_ENTRY = (
    "source", "run_id", "identity", "identity_kind", "url_key", "entry_hash", "first_run_id",
    "first_seen_at", "is_first_good_fetch",
)  # fmt: skip


@dataclass
class Memory:
    """What was known before a run."""

    runs: list[dict[str, Any]] = field(default_factory=list)  # oldest first
    health: dict[str, dict[str, Any]] = field(default_factory=dict)  # newest of each source
    # newest row of each entry, by source and identity
    entries: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)  # whole rows without first_seen_at
    page_keys: set[str] = field(default_factory=set)

    def last_run(self, report: str) -> dict[str, Any] | None:
        """Return the last run of a report that asked hosts."""
        found = [run for run in self.runs if run["report"] == report and run["kind"] == "scraped"]
        return found[-1] if found else None

    def flags(self, source: str) -> set[str]:
        """Return what is known of how a source behaves."""
        return set(json.loads(self.health.get(source, {}).get("flags") or "[]"))

    def was_good(self, source: str) -> bool:
        """Say whether a source ever gave entries."""
        return self.health.get(source, {}).get("last_good_at") is not None


def runs_known() -> list[dict[str, Any]]:
    """Return the runs that have landed, oldest first."""
    return landed_rows(NAMESPACE, "runs", (*_RUN, "load_id"), "started_at")


def runs_with_stories() -> set[str]:
    """Return the runs whose third phase, which makes stories, is kept."""
    columns = ("run_id", "phase_name", "status")
    rows = landed_rows(PRODUCT.phase_namespace, "runs", columns, "sequence")
    done = {("tier1_filter", "completed")}
    return {row["run_id"] for row in rows if (row["phase_name"], row["status"]) in done}


def read_memory(before: str | None = None) -> Memory:
    """Ask the lake; `before` leaves out that run and what came after it."""
    memory = Memory(runs=runs_known())
    left_out: set[str] = set()
    if before is not None:
        at = next(n for n, run in enumerate(memory.runs) if run["run_id"] == before)
        left_out = {run["run_id"] for run in memory.runs[at:]}
        memory.runs = memory.runs[:at]
    # what is replayed says the same again: it is not what a source said last
    left_out |= {run["run_id"] for run in memory.runs if run["kind"] != "scraped"}
    for row in landed_rows(NAMESPACE, "source_health", _HEALTH, "load_id"):
        if row["run_id"] not in left_out:
            memory.health[row["source"]] = row
    for row in landed_rows(NAMESPACE, "entries", _ENTRY, "load_id"):
        if row["run_id"] not in left_out:
            memory.entries.setdefault(row["source"], {})[row["identity"]] = row
    for row in landed_rows(NAMESPACE, "pages", ("run_id", "url_key"), "load_id"):
        if row["run_id"] not in left_out:
            memory.page_keys.add(row["url_key"])
    memory.waiting = _waiting(memory)
    return memory


def _waiting(memory: Memory) -> list[dict[str, Any]]:
    """Whole rows of the entries whose date had not come when they were seen last."""
    keys = {
        (source, identity, row["run_id"])
        for source, entries in memory.entries.items()
        for identity, row in entries.items()
        if row["first_seen_at"] is None
    }
    if not keys:
        return []
    table = catalog().load_table((NAMESPACE, "entries"))
    rows = table.scan(row_filter="first_seen_at is null").to_arrow().to_pylist()
    return [row for row in rows if (row["source"], row["identity"], row["run_id"]) in keys]


def naive(instant: datetime | str) -> datetime:
    """Return an instant as raw tables hold it: UTC without zone."""
    from datetime import UTC

    found = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
