"""News sitemaps and pages with links are sources too."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from ingestion.news.feeds import FeedOptions, read_feed

pytestmark = pytest.mark.unit
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://e.example/a?x=1&amp;y=2</loc><image:image><image:title>no</image:title></image:image>
<news:news><news:publication><news:name>E</news:name><news:language>en</news:language>
</news:publication><news:publication_date>2026-02-03T09:00:00+01:00</news:publication_date>
<news:title>A &amp; B</news:title><news:keywords>ai, chips</news:keywords></news:news></url>
<url><loc>/b</loc><lastmod>2026-02-02</lastmod></url></urlset>"""
PAGE = b"""<html lang="de"><head><title>News</title><base href="/de/"></head><body>
<a href="/">Home</a><a href="news/1"><img src="x"></a><a href="news/1">Ein Modell</a>
<a href="news/2?utm_source=x">Zwei</a><a href="javascript:news/3">Drei</a></body></html>"""
OF_SITEMAP = FeedOptions(kind="sitemap")
OF_PAGE = FeedOptions(kind="page", link_pattern=r"/news/\d+")


def test_a_news_sitemap_gives_an_entry_for_each_address() -> None:
    read = read_feed(SITEMAP, url="https://e.example/sitemap.xml", options=OF_SITEMAP)
    first, second = read.items
    assert (read.status, first["url"], first["title"]) == (
        "ok",
        "https://e.example/a?x=1&y=2",
        "A & B",
    )
    assert (first["published_at"], first["language"]) == (datetime(2026, 2, 3, 8), "en")
    assert json.loads(first["categories"]) == ["ai", "chips"]
    assert (second["url"], second["title_is_made"]) == ("https://e.example/b", True)
    assert second["published_at"] == datetime(2026, 2, 2)
    assert [one["identity"] for one in read.items] == ["e.example/a?x=1&y=2", "e.example/b"]


def test_a_cut_sitemap_gives_its_whole_entries() -> None:
    read = read_feed(SITEMAP[: SITEMAP.index(b"/b<")], options=OF_SITEMAP)
    assert (read.status, len(read.items), len(read.rejects)) == ("partial", 1, 1)


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"<sitemapindex><sitemap/></sitemapindex>", "index"), (b"<rss/>", "no sitemap")],
)
def test_what_is_no_sitemap_is_said(content: bytes, word: str) -> None:
    read = read_feed(content, options=OF_SITEMAP)
    assert read.status == "not_a_feed"
    assert word in read.rejects[0]["error"]


def test_a_page_gives_each_link_that_matches_once() -> None:
    read = read_feed(PAGE, url="http://e.example/de", options=OF_PAGE, content_type="text/html")
    assert [(one["url"], one["title"]) for one in read.items] == [
        ("http://e.example/de/news/1", "Ein Modell"),
        ("http://e.example/de/news/2?utm_source=x", "Zwei"),
    ]
    assert [one["identity"] for one in read.items] == ["e.example/de/news/1", "e.example/de/news/2"]
    assert {one["language"] for one in read.items} == {"de"}


def test_a_page_without_such_links_is_blocked() -> None:
    read = read_feed(b"<html><title>Just a moment...</title></html>", options=OF_PAGE)
    assert (read.status, read.items) == ("blocked", [])
