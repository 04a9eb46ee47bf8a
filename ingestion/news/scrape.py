"""Ask a run's feeds, then the pages of entries that are new; every answer waits in the room first.

Asking and reading overlap. A run that was killed goes through the same steps again: what is in the
waiting room is not asked, and what was read is read again from its bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from ingestion.landing.declarations import Declared, VariableMissing, expand
from ingestion.landing.web.asking import Answer, Ask
from ingestion.landing.web.waiting_room import WaitingRoom
from ingestion.landing.web.workers import Late, ReadingCrashed, Workers
from ingestion.news import health
from ingestion.news.declaration import Feed
from ingestion.news.entries import WHOLE, Sorted, date_of, flags_of, sort_out
from ingestion.news.feeds import FeedOptions, FeedRead, read_feed
from ingestion.news.memory import Memory
from ingestion.news.pages import PageRead, get_ready, read_page
from ingestion.news.run_row import Run

FEED_CAP, PAGE_CAP = 32 * 1024 * 1024, 8 * 1024 * 1024
GRACE = timedelta(hours=24)  # a page is fetched although its entry is this much older than wanted


class Asks(Protocol):
    """Whoever answers: the web, or what a run kept of it."""

    async def fetch(self, ask: Ask) -> Answer: ...


@dataclass
class SourceRead:
    """What a source gave in this run."""

    entry: Declared
    ask: Ask
    answer: Answer
    status: str
    error: str | None = None
    read: FeedRead | None = None
    entries: Sorted = field(default_factory=Sorted)


@dataclass
class PageFetched:
    """What a page gave; `keys` of the entries that wanted it lie in `wanted_by`."""

    ask: Ask
    answer: Answer
    read: PageRead | None = None
    error: str | None = None
    wanted_by: set[str] = field(default_factory=set)  # sources


@dataclass
class Scrape:
    """One run's scraping."""

    run: Run
    memory: Memory
    room: WaitingRoom
    asks: Asks
    workers: Workers
    step: Callable[[str], None] = lambda name: None
    sources: dict[str, SourceRead] = field(default_factory=dict)
    pages: dict[str, PageFetched] = field(default_factory=dict)  # by url_key
    _fetching: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def all(self, feeds: Mapping[str, Declared]) -> None:
        """Ask every feed that may be asked now, and what is new in them."""
        async with asyncio.TaskGroup() as group:
            for entry in feeds.values():
                group.create_task(self._source(entry, group))

    async def _source(self, entry: Declared, group: asyncio.TaskGroup) -> None:
        before = self.memory.health.get(entry.name, {})
        if not health.may_be_asked(before, entry, self.run):
            return
        ask = self._feed_ask(entry, before)
        if isinstance(ask, str):
            absent = Ask(entry.declaration.url, entry.name, "feed", entry.name, 0)
            answer = Answer("failed", self.run.started_at, error=ask)
            self.sources[entry.name] = SourceRead(entry, absent, answer, "failed", ask)
            return
        if not ask.conditional:  # its answer will have to be read
            self.workers.start(get_ready)
        answer = health.as_declared(entry, ask, await self._answer(ask))
        self.sources[entry.name] = found = await self._read_source(entry, ask, answer)
        self.step(entry.name)
        for row in found.entries.rows:
            if self._wants_page(entry.declaration, row):
                self._want(entry, row, group)

    def _feed_ask(self, entry: Declared, before: Mapping[str, Any]) -> Ask | str:
        """Return what to ask for a source; a sentence when it cannot be asked."""
        feed: Feed = entry.declaration
        try:
            url = before.get("current_url") or expand(feed.url)
            headers = {name: expand(value) for name, value in feed.headers.items()}
        except VariableMissing as error:
            return f"{error.args[0]} is not set, which the declaration names"
        conditional = {}
        if before.get("etag"):
            conditional["If-None-Match"] = before["etag"]
        if before.get("last_modified"):
            conditional["If-Modified-Since"] = before["last_modified"]
        if before.get("declaration_hash") != entry.hash:
            conditional = {}  # what it says has to be read anew
            url = expand(feed.url)
        return Ask(
            url, entry.name, "feed", entry.name, FEED_CAP, feed.gap_seconds, feed.concurrency,
            feed.robots == "obey", feed.allow_private, True, headers, conditional,
        )  # fmt: skip

    async def _answer(self, ask: Ask) -> Answer:
        known = self.room.get(ask)
        if known is None:
            known = await self.asks.fetch(ask)
            known = self.room.put(ask, known)
        return known

    async def _read_source(self, entry: Declared, ask: Ask, answer: Answer) -> SourceRead:
        found = SourceRead(entry, ask, replace(answer, content=None), answer.status, answer.error)
        found.entries.flags = self.memory.flags(entry.name)
        if answer.content is None:
            return found
        try:
            read = await self.workers.run(
                read_feed,
                answer.content,
                content_type=answer.headers.get("content-type"),
                url=answer.final_url or ask.url,
                options=options_of(entry.declaration),
            )
        except ReadingCrashed as error:
            found.status, found.error = "not_a_feed", str(error)
            return found
        found.status = read.status
        found.error = found.error or health.sentence(read)
        known = self.memory.entries.get(entry.name, {})
        flags = found.entries.flags | set(read.flags)
        found.entries = sort_out(
            [dict(item) for item in read.items], known, flags, self.run,
            not self.memory.was_good(entry.name), entry.declaration.identity,
        )  # fmt: skip
        found.read = replace(read, items=[])
        return found

    def _wants_page(self, feed: Feed, row: Mapping[str, Any]) -> bool:
        """Say whether an entry's page is to be fetched."""
        if feed.text == "feed" or row["kind"] != "article" or not row.get("url_key"):
            return False
        if urlsplit(row["url"] or "").scheme not in ("http", "https"):
            return False
        flags = flags_of(row)
        if "blocked" in flags or (feed.text == "auto" and WHOLE in flags):
            return False
        published = date_of(row)
        if published is None:
            return not row["is_first_good_fetch"]
        return bool(published >= self.run.as_of - self.run.window - GRACE)

    def _want(self, entry: Declared, row: Mapping[str, Any], group: asyncio.TaskGroup) -> None:
        key = row["url_key"]
        is_changed = row["first_run_id"] not in (None, self.run.run_id)
        if key in self.memory.page_keys and not is_changed:
            return
        if key in self.pages:
            self.pages[key].wanted_by.add(entry.name)
            return
        feed: Feed = entry.declaration
        ask = Ask(
            row["url"], entry.name, "page", key, PAGE_CAP, feed.gap_seconds, feed.concurrency,
            feed.robots == "obey", feed.allow_private,
        )  # fmt: skip
        waiting = Answer("failed", self.run.started_at)
        self.pages[key] = PageFetched(ask, waiting, wanted_by={entry.name})
        group.create_task(self._page(self.pages[key]))

    async def _page(self, page: PageFetched) -> None:
        answer = await self._answer(page.ask)
        has_content, name = answer.content is not None, answer.object_hash
        page.answer = answer = replace(answer, content=None)
        page.error = answer.error
        if not has_content or name is None:
            return
        # its bytes wait in the store: pages come faster than they are read
        content = Late(partial(self.room.store.get, name))
        try:
            page.read = await self.workers.run(
                read_page,
                content,
                content_type=answer.headers.get("content-type"),
                url=answer.final_url or page.ask.url,
            )
        except ReadingCrashed as error:
            page.error = str(error)
        self.step(page.ask.source)


def options_of(feed: Feed) -> FeedOptions:
    """Return what a declaration says about reading its feed."""
    return FeedOptions(
        zone=feed.zone,
        date_order=feed.date_order,
        identity=feed.identity,
        max_items=feed.max_items,
        keep=tuple((rule.field, rule.regex) for rule in feed.keep),
        block=tuple((rule.field, rule.regex) for rule in feed.block),
        language=feed.language,
        kind=feed.kind,
        link_pattern=feed.link_pattern,
    )
