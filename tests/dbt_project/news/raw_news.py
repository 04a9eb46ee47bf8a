"""Raw tables of news as landing leaves them, written straight through pyiceberg."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ingestion.news.schema import NAMESPACE, TABLES
from tests.ingestion.raw_rows import append_raw

AS_OF = datetime(2026, 2, 2, 18)
REPORT = {
    "report": "ai_daily",
    "window_hours": 48,
    "top_n": 10,
    "reserve": 3,
    "tier3_max": 15,
    "batch_size": 20,
    "languages_read": ["en"],
    "language_written": "en",
    "company_context": "A maker of software that follows artificial intelligence.",
    "sources": [],
    "categories": [
        {"name": "models", "description": "New models", "words": ["model", "benchmark"]},
        {"name": "chips", "description": "Hardware", "words": ["chip", "accelerator", "factory"]},
    ],
    "thresholds": {"tier1": 1.0},
}


append_rows = partial(append_raw, NAMESPACE, TABLES)


def entry(source: str, link: str | None, title: str, text: str = "", **more: Any) -> dict[str, Any]:
    """Give an entry of a feed; its identity is its link, or the guid that is named."""
    guid = more.get("guid")
    row = {
        "source": source,
        "guid": guid,
        "url": f"https://{link}" if link else None,
        "url_key": link,
        "identity": guid or link or title,
        "identity_kind": "guid" if guid else "link" if link else "hash",
        "title": title,
        "title_is_made": False,
        "text": text,
        "summary": text[:200],
        "language": "en",
        "kind": "article",
        "flags": json.dumps(["whole_text"] if len(text) > 600 else []),
        "is_first_good_fetch": False,
    } | more
    said = f"{row['title']}{row['text']}"
    return row | {"entry_hash": hashlib.sha256(said.encode()).hexdigest()}


def page(link: str, text: str, **more: Any) -> dict[str, Any]:
    """Give a page that was read."""
    row = {"source": "web", "url": f"https://{link}", "url_key": link, "text": text}
    return row | {"is_article": True, "is_stub": False, "language": "en"} | more


class Newsroom:
    """Runs of news, one after the other, as landing writes them."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self._first: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._sources: set[str] = set()

    def land(
        self,
        entries: list[dict[str, Any]],
        pages: Iterable[dict[str, Any]] = (),
        *,
        as_of: datetime | None = None,
        weights: dict[str, float] | None = None,
        report: dict[str, Any] | None = None,
        fetches: Iterable[dict[str, Any]] = (),
        previous: str | None = None,
    ) -> str:
        """Land a run, a day after the one before; returns its id."""
        number = len(self.runs) + 1
        run_id, load_id = f"run-{number}", f"load-{number:03}"
        as_of = as_of or AS_OF + timedelta(days=number - 1)
        of_run = {"load_id": load_id, "run_id": run_id}
        before = previous or (self.runs[-1] if self.runs else None)
        self._declare(load_id, entries, weights or {})
        rows = [self._dated(row, run_id, as_of) | of_run for row in entries]
        append_rows("entries", [{"position": at} | row for at, row in enumerate(rows, start=1)])
        append_rows("pages", [row | of_run | {"fetched_at": as_of} for row in pages])
        append_rows(
            "source_health",
            [self._health(source, rows) | of_run for source in sorted(self._sources)],
        )
        append_rows("fetches", [row | of_run for row in fetches])
        for table in ("feedback", "background", "rejects", "files"):
            append_rows(table, [])
        config = {"report": REPORT | (report or {})}
        run = {
            "report": "ai_daily",
            "as_of": as_of,
            "previous_run_id": before,
            "kind": "scraped",
            "origin": "demo",
            "with_feedback": True,
            "config": json.dumps(config),
            "config_hash": str(number),
            "started_at": datetime(2026, 3, 1) + timedelta(hours=number),
        }
        append_rows("runs", [of_run | run])
        self.runs.append(run_id)
        return run_id

    def _declare(
        self, load_id: str, entries: list[dict[str, Any]], weights: dict[str, float]
    ) -> None:
        new = sorted({row["source"] for row in entries} - self._sources)
        self._sources |= set(new)
        append_rows(
            "declarations",
            [
                {
                    "load_id": load_id,
                    "source": source,
                    "declaration_hash": source,
                    "kind": "feed",
                    "url": f"https://{source}.example/feed",
                    "weight": weights.get(source, 0.5),
                    "categories": "[]",
                    "language": "en",
                    "declared_at": AS_OF,
                }
                for source in new
            ],
        )

    def _dated(self, row: dict[str, Any], run_id: str, as_of: datetime) -> dict[str, Any]:
        if row.get("waits"):
            return row | {"first_run_id": None, "first_seen_at": None}
        key = (row["source"], row["identity"])
        first = self._first.setdefault(key, (run_id, as_of))
        return row | {"first_run_id": first[0], "first_seen_at": first[1]}

    def _health(self, source: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        count = sum(row["source"] == source for row in rows)
        zeros = dict.fromkeys(("changed", "seen", "rejected", "rest", "page", "failure"), 0)
        return {
            "source": source,
            "status": "ok",
            "declaration_hash": source,
            "item_count": count,
            "new_count": count,
            **{f"{name}_count": value for name, value in zeros.items()},
        }
