"""The rows of the raw tables that one run of news lands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.output import filled
from ingestion.landing.declarations import Declared
from ingestion.landing.source import Rows
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.robots import ALLOWED, robots_of
from ingestion.news import health
from ingestion.news.entries import come_due, date_of
from ingestion.news.memory import Memory
from ingestion.news.run_row import Run
from ingestion.news.scrape import PageFetched, Scrape, SourceRead


def as_json(value: Any) -> str | None:
    """Return a list or mapping as JSON text, as raw tables hold it."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


@dataclass
class Gathered:
    """What a run came to, on its way into the lake."""

    run: Run
    memory: Memory
    feeds: Mapping[str, Declared]
    scrape: Scrape

    def tables(self) -> dict[str, Rows]:
        """Return the rows of all tables but `files` and `declarations`, without load ids."""
        run_id = {"run_id": self.run.run_id}
        sources = [self.scrape.sources[name] for name in sorted(self.scrape.sources)]
        pages = [self.scrape.pages[key] for key in sorted(self.scrape.pages)]
        entries = [row for one in sources for row in self._entries(one)]
        entries += come_due(self._not_met(entries), self.run)
        return {
            "runs": [self.run.row],
            "fetches": [run_id | row for row in self._fetches(sources, pages)],
            "entries": entries,
            "pages": [run_id | self._page(one) for one in pages if one.read is not None],
            "source_health": [run_id | row for row in self._health(pages)],
            "rejects": [row for one in sources for row in self._rejects(one)],
        }

    def _entries(self, one: SourceRead) -> Rows:
        own = {
            "run_id": self.run.run_id,
            "source": one.entry.name,
            "object_hash": one.answer.object_hash,
            "fetched_at": one.answer.fetched_at,
        }
        return [
            {name: _plain(name, value) for name, value in (row | own).items()}
            for row in one.entries.rows
        ]

    def _not_met(self, entries: Rows) -> Rows:
        """Rows that wait, of entries that this run did not read as something else."""
        met = {(row["source"], row["identity"]) for row in entries}
        return [row for row in self.memory.waiting if (row["source"], row["identity"]) not in met]

    def _fetches(self, sources: list[SourceRead], pages: list[PageFetched]) -> Rows:
        found = [
            _fetch(one.ask, one.answer, one.status, one.error)
            | ({"encoding": one.read.encoding, "encoding_confidence": one.read.encoding_confidence}
               if one.read else {})
            for one in sources
            if one.answer.attempt_count or one.status != "failed"
        ]  # fmt: skip
        for source, url, answer in self.scrape.room.answers("robots"):
            ask = Ask(url, source, "robots", url, 0)
            is_allowed = robots_of(answer, url).state == ALLOWED  # a host without the file
            said = ("allowed", None) if is_allowed else (answer.status, answer.error)
            found.append(_fetch(ask, answer, *said))
        return found + [
            _fetch(one.ask, one.answer, _page_status(one), one.error)
            for one in pages
        ]  # fmt: skip

    def _page(self, page: PageFetched) -> dict[str, Any]:
        read = page.read
        assert read is not None
        given = {name: _plain(name, value) for name, value in vars_of(read).items()}
        return given | {
            "source": min(page.wanted_by),
            "url": page.ask.url,
            "url_key": page.ask.key,
            "object_hash": page.answer.object_hash,
            "fetched_at": page.answer.fetched_at,
        }

    def _health(self, pages: list[PageFetched]) -> Rows:
        asked = Counter(min(page.wanted_by) for page in pages)
        found = []
        for name in sorted(self.feeds):
            before = self.memory.health.get(name, {})
            one = self.scrape.sources.get(name)
            if one is None:
                found.append(health.left_alone(self.feeds[name], before))
                continue
            row = health.row_of(one, before, self.run, asked[name])
            found.append(row | {"byte_count": one.answer.byte_count})
        return found

    def _rejects(self, one: SourceRead) -> Rows:
        shared = {
            "source": one.entry.name,
            "source_file": shown(one.ask.url),
            "file_hash": one.answer.object_hash,
            "rejected_at": now(),
        }
        return [shared | dict(reject) for reject in (one.read.rejects if one.read else [])]

    def files(self, load_id: str) -> list[tuple[dict[str, Any], str | None]]:
        """Return the balance of each source that answered well, or of which something was refused,
        and what that was first. Others have no row: they go stale."""
        found = [self.scrape.sources[name] for name in sorted(self.scrape.sources)]
        return [
            (self._file(one, load_id), _first(one))
            for one in found
            if one.status in health.GOOD or (one.read and one.read.rejects)
        ]

    def _file(self, one: SourceRead, load_id: str) -> dict[str, Any]:
        entries, rejected = one.entries, len(one.read.rejects) if one.read else 0
        accepted = entries.new + entries.changed
        dates = [at for row in entries.rows if (at := date_of(row)) and at <= self.run.as_of]
        return {
            "load_id": load_id,
            "source": one.entry.name,
            "source_file": shown(one.ask.url),
            "file_hash": one.answer.object_hash,
            "status": "rejected" if rejected and not accepted + entries.seen else "loaded",
            "byte_count": one.answer.byte_count,
            "rows_in": accepted + entries.seen + rejected,
            "rows_accepted": accepted,
            "rows_duplicate": entries.seen,
            "rows_rejected": rejected,
            "seconds": one.answer.seconds,
            "first_entry_at": min(dates, default=None),
            "last_entry_at": max(dates, default=None),
            "landed_at": now(),
        }

    def told(self, page_count: int) -> list[str]:
        """Return what a person has to know of the run."""
        sources = self.scrape.sources.values()
        by_status = Counter(one.status for one in sources)
        new = sum(one.entries.new for one in sources)
        left = sum(one.answer.byte_count for one in sources)
        left += sum(page.answer.byte_count for page in self.scrape.pages.values())
        lines = [
            f"run {self.run.run_id} of {self.run.report}, as of {self.run.as_of:%Y-%m-%d %H:%M}: "
            f"{len(self.scrape.sources)} of {len(self.feeds)} feeds asked "
            f"({', '.join(f'{count} {name}' for name, count in sorted(by_status.items()))}), "
            f"{new} new entries, {page_count} of {len(self.scrape.pages)} pages read; "
            f"{left / 1e6:.1f} MB kept"
        ]
        bad = [one for one in sources if one.status not in health.GOOD]
        lines += [f"{one.entry.name}: {one.status}: {one.error}" for one in bad]
        return [filled(line) for line in lines]


def _fetch(ask: Ask, answer: Answer, status: str, error: str | None) -> dict[str, Any]:
    return {
        "source": ask.source,
        "url": shown(ask.url),
        "role": ask.role,
        "status": status,
        "http_status": answer.http_status,
        "error": error,
        "final_url": answer.final_url,
        "redirects": as_json(list(answer.redirects)),
        "object_hash": answer.object_hash,
        "byte_count": answer.byte_count,
        "seconds": answer.seconds,
        "attempt_count": answer.attempt_count,
        "etag": answer.headers.get("etag"),
        "last_modified": answer.headers.get("last-modified"),
        "content_type": answer.headers.get("content-type"),
        "fetched_at": answer.fetched_at,
    }


def _page_status(page: PageFetched) -> str:
    return "failed" if page.answer.status == "ok" and page.read is None else page.answer.status


def _first(one: SourceRead) -> str | None:
    rejects = one.read.rejects if one.read else []
    return str(rejects[0].get("error")) if rejects else None


def shown(url: str) -> str:
    """Return an address as it may be stored: without who asks."""
    from ingestion.lakehouse.settings import scrub

    return scrub(url)


def vars_of(read: Any) -> dict[str, Any]:
    """Return the columns of a page's row that reading it gave."""
    from ingestion.news.schema import PAGES

    names = set(PAGES.names)
    return {name: value for name, value in vars(read).items() if name in names}


def _plain(name: str, value: Any) -> Any:
    return as_json(value) if isinstance(value, list | dict | tuple) else value
