"""How a source fares: when it is asked again, where it moved to, what its row says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingestion.landing.declarations import Declared, expand
from ingestion.landing.web.asking import Answer, Ask
from ingestion.news.run_row import Run

if TYPE_CHECKING:
    from ingestion.news.feeds import FeedRead
    from ingestion.news.scrape import SourceRead

GOOD = ("ok", "partial", "unchanged")
_LONGEST_WAIT = timedelta(hours=24)
_WHY = {
    "partial": "the feed is cut or damaged; what could be read of it is taken",
    "blocked": "the server answers with a page for people instead of the feed",
    "empty": "the answer has no bytes",
    "not_a_feed": "the answer is no feed",
    "too_large": "the feed is larger than what is read",
}


def may_be_asked(before: Mapping[str, Any], entry: Declared, run: Run) -> bool:
    """Say whether a source is asked in a run: not while it is gone, or its next try is to come."""
    if before.get("declaration_hash") != entry.hash:
        return True
    if before.get("status") == "gone":
        return False
    next_try = before.get("next_try_at")
    return next_try is None or next_try <= run.as_of


def sentence(read: FeedRead) -> str | None:
    """Say what is wrong with what was read; None: nothing."""
    return _WHY.get(read.status)


def back_off(failures: int) -> timedelta:
    """Return how long a source is left alone after so many failures in a row."""
    return min(timedelta(hours=2 ** (failures - 1)), _LONGEST_WAIT)


def moved_to(answer: Answer) -> str | None:
    """Return where an answer came from, if only lasting redirects led there."""
    if not answer.redirects or any(hop["status"] not in (301, 308) for hop in answer.redirects):
        return None
    return answer.final_url


def as_declared(entry: Declared, ask: Ask, answer: Answer) -> Answer:
    """Return an answer as the declared address has it.

    Gone is what that address says, or what it leads to for good; where it led once, or leads for
    now, may be gone and the source be somewhere else.
    """
    is_declared = ask.url == expand(entry.declaration.url)
    if answer.status != "gone" or (is_declared and (moved_to(answer) or not answer.redirects)):
        return answer
    where = f"{answer.final_url} is gone (410); the declared address is asked again"
    return replace(answer, status="failed", error=where)


def row_of(found: SourceRead, before: Mapping[str, Any], run: Run, pages: int) -> dict[str, Any]:
    """Return a source's row of this run."""
    is_same = before.get("declaration_hash") == found.entry.hash
    before = before if is_same else {"last_good_at": before.get("last_good_at")}
    answer, read, entries = found.answer, found.read, found.entries
    counts = {
        "item_count": entries.new + entries.changed + entries.seen,
        "new_count": entries.new,
        "changed_count": entries.changed,
        "seen_count": entries.seen,
        "rejected_count": len(read.rejects) if read else 0,
        "rest_count": read.rest_count if read else 0,
    }
    counts["item_count"] += counts["rejected_count"] + counts["rest_count"]
    return {
        "source": found.entry.name,
        "status": found.status,
        "http_status": answer.http_status,
        "error": found.error,
        "seconds": answer.seconds,
        **counts,
        "page_count": pages,
        "flags": json.dumps(sorted(entries.flags)),
        "declaration_hash": found.entry.hash,
        **_next(found, before, run),
    }


def _next(found: SourceRead, before: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return what the next run goes by: validators, the address, when to try."""
    answer = found.answer
    if found.status in GOOD:
        moved = moved_to(answer)
        again = moved is not None and before.get("moved_to") == moved
        kept = before.get("current_url")
        is_whole = found.status == "ok"  # of what is cut the rest would never come
        validators = answer.headers if is_whole else before
        return {
            "failure_count": 0,
            "last_good_at": run.as_of,
            "next_try_at": None,
            "moved_to": moved,
            "current_url": moved if again else kept,
            "etag": validators.get("etag"),
            "last_modified": validators.get("last-modified" if is_whole else "last_modified"),
        }
    failures = (before.get("failure_count") or 0) + 1
    wait = max(back_off(failures), timedelta(seconds=answer.wait_seconds or 0))
    return {
        "failure_count": failures,
        "last_good_at": before.get("last_good_at"),
        "next_try_at": None if found.status == "gone" else run.as_of + wait,
        "moved_to": None,
        # the declared address is asked again: the new one may be the mistake
        "current_url": None,
        "etag": before.get("etag"),
        "last_modified": before.get("last_modified"),
    }


def left_alone(entry: Declared, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a source that was not asked in this run: it is as it was."""
    kept = (
        "status", "http_status", "failure_count", "last_good_at", "next_try_at", "moved_to",
        "current_url", "etag", "last_modified", "flags",
    )  # fmt: skip
    next_try = before.get("next_try_at")
    until = f"before {next_try:%Y-%m-%d %H:%M}" if next_try else "until its declaration changes"
    zeros = ("item", "new", "changed", "seen", "rejected", "rest", "page")
    return (
        {f"{name}_count": 0 for name in zeros}
        | {name: before.get(name) for name in kept}
        | {
            "source": entry.name,
            "declaration_hash": entry.hash,
            "error": f"not asked {until}",
            "byte_count": 0,
            "seconds": 0.0,
        }
    )
