"""The feeds of the demo's outlets, in the formats feeds come in."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from email.utils import format_datetime

from ingestion.news.demo.articles import Article


def rss(site: str, home: str, articles: list[Article], is_whole: bool) -> bytes:
    """Return RSS 2.0; `is_whole`: with the articles' whole text."""
    items = "".join(_rss_item(one, is_whole) for one in articles)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{_text(site)}</title><link>{home}</link>"
        f"<description>SYNTHETIC</description><language>en</language>{items}</channel></rss>\n"
    ).encode()


def _rss_item(article: Article, is_whole: bool) -> str:
    content = f"<content:encoded><![CDATA[{article.html}]]></content:encoded>" if is_whole else ""
    enclosure = (
        f'<enclosure url="{article.url}.mp3" type="audio/mpeg" length="1000"/>'
        if article.kind == "audio"
        else ""
    )
    return (
        f"<item><title>{_text(article.title)}</title><link>{_text(article.link or article.url)}"
        f'</link><guid isPermaLink="false">{_text(article.path)}</guid>'
        f"<pubDate>{_rfc(article.published_at)}</pubDate>"
        f"<description>{_text(article.summary)}</description>{content}{enclosure}</item>"
    )


def atom(site: str, home: str, articles: list[Article], is_whole: bool) -> bytes:
    """Return Atom 1.0."""
    entries = "".join(
        f"<entry><id>tag:{one.host},2026:{_text(one.path)}</id>"
        f'<title type="html">{_text(_text(one.title))}</title>'
        f'<link rel="alternate" href="{_text(one.link or one.url)}"/>'
        f"<published>{_iso(one.published_at)}</published><updated>{_iso(one.published_at)}</updated>"
        f"<summary>{_text(one.summary)}</summary>"
        + (f'<content type="html">{_text(one.html)}</content>' if is_whole else "")
        + "</entry>"
        for one in articles
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="en"><title>{_text(site)}</title><link href="{home}"/>'
        f"<id>{home}</id>{entries}</feed>\n"
    ).encode()


def json_feed(site: str, home: str, articles: list[Article], is_whole: bool) -> bytes:
    """Return JSON Feed 1.1."""
    items = [
        {
            "id": one.path,
            "url": one.link or one.url,
            "title": one.title,
            "summary": one.summary,
            "date_published": _iso(one.published_at),
        }
        | ({"content_html": one.html} if is_whole else {})
        for one in articles
    ]
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": site,
            "home_page_url": home,
            "language": "en",
            "items": items,
        }
    ).encode()


def _rfc(at: datetime) -> str:
    return format_datetime(at.replace(tzinfo=UTC), usegmt=True)


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _text(text: str) -> str:
    return html.escape(text, quote=True)
