"""Feeds of hosts on this machine, declared, and landed into a lake of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.landing.land import land
from ingestion.landing.report import Report
from ingestion.news.landing import SOURCE
from tests.ingestion.landing.web.local_web import LocalWeb, Reply
from tests.ingestion.landing_apart import land_apart
from tests.ingestion.raw_rows import raw_rows

DAY = "2026-02-0{}T18:00:00"
REPORT = {
    "report": "daily",
    "categories": [{"name": "ai"}],
    "window_hours": 48,
}
WORDS = " ".join(f"word{number}" for number in range(120))  # an article's worth of text


def item(number: int, **fields: str) -> str:
    """Return an RSS item; a field of None is left out."""
    known: dict[str, str | None] = {
        "guid": f"id-{number}",
        "link": f"http://pages.example/{number}",
        "title": f"Title {number}",
        "description": f"Summary {number}.",
        "pubDate": "Tue, 03 Feb 2026 12:00:00 GMT",
    } | fields
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in known.items() if value)
    return f"<item>{inner}</item>"


def rss(items: Iterable[str], link: str = "http://feeds.example/") -> bytes:
    """Return an RSS feed."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed</title><link>{link}</link>{''.join(items)}</channel></rss>"
    ).encode()


def page(text: str, title: str = "A page") -> bytes:
    """Return an article's page."""
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{paragraphs}</article></body></html>"
    ).encode()


class Newsroom:
    """Declared feeds, the web they lie in, and the lake they land in."""

    def __init__(self, root: Path, web: LocalWeb) -> None:
        self.web, self.folder = web, root / "declared"
        self.folder.mkdir()
        os.environ["SLUICE_SOURCES"] = str(self.folder)
        os.environ["SLUICE_CONTACT"] = "mailto:tests@example.org"
        self.report()

    def report(self, **keys: Any) -> None:
        """Declare the report."""
        (self.folder / "report.yml").write_text(json.dumps(REPORT | keys))

    def feed(self, name: str, path: str = "/feed", host: int = 1, **keys: Any) -> str:
        """Declare a feed at a host of this machine; returns its address."""
        url = f"{self.base(host)}{path}"
        known = {"feed": name, "url": url, "gap_seconds": 0, "allow_private": True} | keys
        (self.folder / f"{name}.yml").write_text(yaml.safe_dump(known))
        return url

    def base(self, host: int = 1) -> str:
        """Return the address of one of the hosts 127.0.0.1, 127.0.0.2 .."""
        return f"http://127.0.0.{host}:{self.web.port}"

    def say(self, path: str, *replies: Reply, host: int = 1) -> None:
        """Have an address answer."""
        self.web.say(f"127.0.0.{host}", path, *replies)

    def asked(self, path: str, host: int = 1) -> int:
        """Return how often an address was asked."""
        return len(self.web.asked(f"127.0.0.{host}", path))

    def land(self, as_of: str = DAY.format(3), *names: str) -> Report:
        """Make a run in this process."""
        os.environ |= {"SLUICE_NEWS_RUN": "1", "SLUICE_NEWS_AS_OF": as_of}
        return land(SOURCE, list(names), None, lambda _: None, lambda *_: None)

    def land_apart(self, fault: str = "", as_of: str = DAY.format(3)) -> tuple[int, str]:
        """Land in a process of its own, which a fault may kill."""
        done = land_apart("news", FAULT=fault, SLUICE_NEWS_RUN="1", SLUICE_NEWS_AS_OF=as_of)
        return done.returncode, done.stdout + done.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the raw tables' current snapshots."""
        return raw_rows("raw_news", query)

    def health(self, source: str) -> Mapping[str, Any]:
        """Return the newest row of a source's health."""
        names = [row[0] for row in self.rows("select column_name from (describe source_health)")]
        found = self.rows(
            f"select * from source_health where source = '{source}' order by load_id desc limit 1"
        )
        return dict(zip(names, found[0], strict=True))
