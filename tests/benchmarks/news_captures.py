"""Captured feeds of a folder, read by us and by two parsers that know nothing of us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser

from ingestion.news.feeds import read_feed

Item = dict[str, Any]


def captures(folder: Path) -> dict[str, int]:
    """Return counts: files, those read, entries, those with an id, dates compared and differing."""
    found = dict.fromkeys(("files", "read", "entries", "with_id", "dates", "other_dates"), 0)
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".xml", ".json"):
            continue
        content = path.read_bytes()
        read = read_feed(content, url="http://captured.example/feed")
        found["files"] += 1
        found["read"] += read.status == "ok"
        found["entries"] += len(read.items)
        found["with_id"] += sum(bool(item["identity"]) for item in read.items)
        for dates in (_by_feedparser(content), _by_fastfeedparser(content)):
            for item, date in _compared(read.items, dates):
                found["dates"] += 1
                own = item["published_at"]
                found["other_dates"] += own is None or own.replace(microsecond=0) != date
    return found


def _compared(items: list[Item], dates: list[datetime | None]) -> Iterator[tuple[Item, datetime]]:
    """Yield entries with the date another parser gives, of feeds of which it reads as many."""
    if len(items) != len(dates):
        return
    for item, date in zip(items, dates, strict=True):
        if date:
            yield item, date


def _by_feedparser(content: bytes) -> list[datetime | None]:
    times = [
        entry.get("published_parsed") or entry.get("updated_parsed")
        for entry in feedparser.parse(content).entries
    ]
    return [datetime(*time[:6]) if time else None for time in times]


def _by_fastfeedparser(content: bytes) -> list[datetime | None]:
    try:
        entries = fastfeedparser.parse(content).entries
    except Exception:  # noqa: BLE001  what it cannot read is not compared
        return []
    texts = [entry.get("published") or entry.get("updated") for entry in entries]
    return [
        datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)
        if text
        else None
        for text in texts
    ]
