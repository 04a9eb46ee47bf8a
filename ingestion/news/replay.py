"""Answers that an earlier run kept, in place of the web: a better reader needs no network."""

from __future__ import annotations

import json
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.objects import ObjectLost, object_store
from ingestion.landing.landed import landed_rows
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.begun import begun_run
from ingestion.landing.web.waiting_room import WaitingRoom
from ingestion.news.links import url_key
from ingestion.news.memory import runs_known
from ingestion.news.schema import NAMESPACE

_COLUMNS = (
    "run_id", "role", "source", "url", "status", "http_status", "error", "final_url", "redirects",
    "object_hash", "etag", "last_modified", "content_type", "seconds", "attempt_count",
    "fetched_at", "byte_count",
)  # fmt: skip
_HEADERS = {"etag": "etag", "last-modified": "last_modified", "content-type": "content_type"}

WHOLE_RUNS = 10  # of a report whose bytes are kept


def kept_objects() -> set[str]:
    """Return the blobs of the newest runs of each report, and of the run that has not landed."""
    by_report: dict[str, list[str]] = {}
    for run in runs_known():
        by_report.setdefault(run["report"], []).append(run["run_id"])
    kept = {run_id for ids in by_report.values() for run_id in ids[-WHOLE_RUNS:]}
    rows = landed_rows(NAMESPACE, "fetches", ("run_id", "object_hash"), "load_id")
    found = {row["object_hash"] for row in rows if row["run_id"] in kept and row["object_hash"]}
    if begun_run("news") is None:
        return found
    with WaitingRoom("news") as room:
        return found | set(room.hashes())


class Kept:
    """What one run was answered."""

    def __init__(self, run_id: str) -> None:
        self.run_id, self._store = run_id, object_store()
        self._rows = {
            _key(row["role"], row["source"], row["url"]): row
            for row in landed_rows(NAMESPACE, "fetches", _COLUMNS, "load_id")
            if row["run_id"] == run_id
        }

    async def fetch(self, ask: Ask) -> Answer:
        """Return the kept answer."""
        row = self._rows.get(_key(ask.role, ask.source, ask.url))
        if row is None:
            return Answer("failed", now(), error=f"run {self.run_id} did not ask it")
        status = row["status"]
        content = None
        if row["object_hash"]:
            try:
                content, status = self._store.get(row["object_hash"]), "ok"
            except ObjectLost:
                why = f"the bytes that run {self.run_id} got are no longer kept"
                return Answer("failed", row["fetched_at"], error=why)
        return Answer(
            status,
            row["fetched_at"],
            error=None if content is not None else row["error"],
            http_status=row["http_status"],
            final_url=row["final_url"],
            redirects=tuple(json.loads(row["redirects"] or "[]")),
            content=content,
            headers=_headers(row),
            seconds=row["seconds"],
            attempt_count=row["attempt_count"],
        )


def _key(role: str, source: str, url: str) -> tuple[str, str]:
    return (role, source) if role == "feed" else (role, url_key(url) or url)


def _headers(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[column] for name, column in _HEADERS.items() if row[column]}
