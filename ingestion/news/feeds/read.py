"""What a feed's bytes say: entries in the shape of the raw table, or a word that says why none.

The bytes are decoded here and the document is read with lxml, element by element: entries need the
date as it stood there (the zone of a source applies to it), the base of relative links, ids as they
were written and the place where a document was cut, which parsers of feeds do not hand on. A
document lxml cannot read is left to feedparser, as far as that goes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.news.feeds.dates import IMPLAUSIBLE, parse_date
from ingestion.news.feeds.decoding import decode
from ingestion.news.feeds.found import FoundFeed, FoundItem, Refused, kind_of_file
from ingestion.news.feeds.json_feed import read_json_feed
from ingestion.news.feeds.listing import read_links, read_sitemap
from ingestion.news.feeds.xml_feed import read_xml_feed
from ingestion.news.links import url_key

MOST_BYTES = 32 * 1024 * 1024
MADE_TITLE = 100  # characters
WHOLE_DESCRIPTION = 1_200  # a description this long is the article
_REJECT_TEXT = 2_000
_GZIP = b"\x1f\x8b"
_MOST_PACKED = 3  # times, one in another: a packed file that a server packs again
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_OF_PAGES = {
    "html", "head", "body", "title", "meta", "script", "style", "center", "div", "p", "h1", "h2",
    "form", "iframe", "noscript", "pre", "br", "b", "table",
}  # fmt: skip
_MANY_IDS = "guid_not_unique"


@dataclass(frozen=True)
class FeedOptions:
    """What a declaration says about reading its feed."""

    zone: str | None = None  # IANA name, of dates that name none
    date_order: str | None = None  # DMY | MDY | YMD
    identity: str = "auto"  # auto | guid | link | link+title
    max_items: int = 500
    keep: tuple[tuple[str, str], ...] = ()  # (field, regex): one of them must match
    block: tuple[tuple[str, str], ...] = ()
    language: str | None = None  # when the feed does not say
    kind: str = "feed"  # feed | sitemap | page
    link_pattern: str | None = None  # kind page: which links are articles


@dataclass(frozen=True)
class FeedRead:
    """What was read of a feed."""

    status: str  # ok | partial | blocked | empty | not_a_feed | too_large
    items: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    encoding: str | None = None
    encoding_confidence: float | None = None
    title: str | None = None
    link: str | None = None
    flags: list[str] = field(default_factory=list)
    rest_count: int = 0  # entries beyond the newest that are taken


def read_feed(
    content: bytes,
    *,
    content_type: str | None = None,
    url: str = "",
    options: FeedOptions | None = None,
) -> FeedRead:
    """Read a feed.

    Args:
        content: the body; packed with gzip it is unpacked, up to 32 MB.
        content_type: the HTTP header.
        url: where it came from at last: the base of relative links that have no other.
    """
    options = options or FeedOptions()
    try:
        content = _unpacked(content)
    except zlib.error as error:
        broken = _reject(None, "not_unpacked", f"the packed bytes are damaged: {error}", "")
        return FeedRead("not_a_feed", rejects=[broken])
    if len(content) > MOST_BYTES:
        return FeedRead("too_large")
    decoded = decode(content, content_type)
    known: dict[str, Any] = {
        "encoding": decoded.encoding,
        "encoding_confidence": decoded.confidence,
    }
    text = decoded.text.lstrip("\ufeff \t\r\n")
    if not text.strip("\0 \t\r\n"):
        return FeedRead("empty", **known)
    if options.kind != "page" and _HTML.match(text[:4000]):
        return FeedRead("blocked", **known)
    try:
        found = _found(text, url, options)
    except Refused as error:
        reject = _reject(None, error.reason, str(error), text)
        is_page = error.reason in ("not_a_feed", "no_links") and _is_page(text, content_type)
        return FeedRead("blocked" if is_page else "not_a_feed", rejects=[reject], **known)
    return _told(found, url, options, known)


def _found(text: str, url: str, options: FeedOptions) -> FoundFeed:
    if options.kind == "page":
        return read_links(text, url, options.link_pattern or "")
    if options.kind == "sitemap":
        return read_sitemap(text, url)
    return read_json_feed(text, url) if text[0] in "{[" else read_xml_feed(text, url)


def _is_page(text: str, content_type: str | None) -> bool:
    """Say whether what came in a feed's place is a page, or a part of one."""
    first = re.search(r"<([A-Za-z][\w-]*)", text[:4_000])
    return "html" in (content_type or "").lower() or bool(first and first[1].lower() in _OF_PAGES)


def _unpacked(content: bytes) -> bytes:
    """Return what gzip packed, a byte beyond the cap at most; what is cut gives what there is."""
    for _ in range(_MOST_PACKED):
        if content.startswith(_GZIP):
            content = _unpacked_once(content)
    return content


def _unpacked_once(content: bytes) -> bytes:
    found = bytearray()
    while content.startswith(_GZIP) and len(found) <= MOST_BYTES:
        part = zlib.decompressobj(wbits=31)
        found += part.decompress(content, MOST_BYTES + 1 - len(found))
        content = part.unused_data  # a file may be packed in parts, one behind another
    return bytes(found)


def _told(found: FoundFeed, url: str, options: FeedOptions, known: dict[str, Any]) -> FeedRead:
    rejects = [_reject(one.position, one.reason, one.error, one.text) for one in found.rejects]
    items = []
    for at, one in enumerate(found.items, start=1):
        if not one.says_something:
            rejects.append(_reject(at, "empty_entry", "the entry says nothing", one.source))
            continue
        items.append(_item(at, one, found, options))
    flags = _identify(items, options.identity)
    items, rest = _newest(items, options.max_items)
    return FeedRead(
        "partial" if found.is_cut or found.is_damaged else "ok",
        items,
        rejects,
        title=found.title,
        link=found.link,
        flags=flags + found.flags,
        rest_count=rest,
        **known,
    )


def _item(at: int, one: FoundItem, found: FoundFeed, options: FeedOptions) -> dict[str, Any]:
    published, flags = parse_date(one.published, options.zone, options.date_order)
    updated, notes = parse_date(one.updated, options.zone, options.date_order)
    published_text = one.published
    if not one.published and one.updated:
        published, flags = parse_date(one.updated, options.zone, options.date_order)
        published_text = one.updated
    text, summary = one.text, one.summary
    if not text and summary and len(summary) >= WHOLE_DESCRIPTION:
        text, summary = summary, None
    file = next((str(part["url"]) for part in one.enclosures), None)
    title = one.title or made_title(text or summary or one.url or one.guid or file)
    row: dict[str, Any] = {
        "position": at,
        "guid": one.guid,
        "url": one.url,
        "url_key": url_key(one.url),
        "title": title,
        "title_is_made": one.title is None,
        "summary": summary,
        "text": text,
        "author": one.author or found.author,
        "language": one.language or found.language or options.language,
        "categories": json.dumps(one.categories, ensure_ascii=False) if one.categories else None,
        "kind": _kind(one),
        "enclosures": json.dumps(one.enclosures, ensure_ascii=False) if one.enclosures else None,
        "published_text": published_text,
        "published_at": published,
        "updated_at": None if IMPLAUSIBLE in notes else updated,  # flags are of the other date
        "flags": list(flags),
    }
    if _is_blocked(row, options):
        row["flags"].append("blocked")
    return row


def made_title(text: str | None) -> str | None:
    """Return the first words of a text, at most 100 characters."""
    first = re.sub(r"\s+", " ", text or "").strip()
    if len(first) <= MADE_TITLE:
        return first or None
    cut = first[: MADE_TITLE - 1]
    return (cut.rpartition(" ")[0] if " " in cut[40:] else cut).rstrip(" ,;:") + "…"


def _kind(one: FoundItem) -> str:
    kinds = {kind_of_file(part) for part in one.enclosures}
    if len(one.text or "") >= WHOLE_DESCRIPTION:
        return "article"
    return next((kind for kind in ("audio", "video") if kind in kinds), "article")


def _is_blocked(row: dict[str, Any], options: FeedOptions) -> bool:
    def says(rule: tuple[str, str]) -> bool:
        return re.search(rule[1], str(row.get(rule[0]) or "")) is not None

    return any(map(says, options.block)) or bool(options.keep and not any(map(says, options.keep)))


def _identify(items: list[dict[str, Any]], how: str) -> list[str]:
    """Give each item its identity within the feed; returns flags of the feed."""
    guids = Counter(item["guid"] for item in items if item["guid"])
    said: dict[str, set[tuple[Any, ...]]] = {}
    for item in items:
        if item["guid"]:
            # without a link what it says tells one entry from another
            what = item["url_key"] or (item["summary"], item["text"])
            said.setdefault(item["guid"], set()).add((what, item["title"]))
    shared = {guid for guid, count in guids.items() if count > 1 and len(said[guid]) > 1}
    links = Counter(item["url_key"] for item in items if item["url_key"])
    for item in items:
        item["identity_kind"], item["identity"] = _identity(item, how, shared, links)
        if item["guid"] in shared:
            item["flags"].append(_MANY_IDS)
    return [_MANY_IDS] if shared else []


def _identity(
    item: dict[str, Any], how: str, shared: set[str], links: Counter[str]
) -> tuple[str, str]:
    guid, key, title = item["guid"], item["url_key"], item["title"] or ""
    if guid and (how == "guid" or (how == "auto" and guid not in shared)):
        return "guid", guid
    if key and how == "link+title":
        return "link+title", f"{key} {title}"
    if key and (how == "link" or links[key] == 1):
        return "link", key
    if key:  # several entries with one link: their titles tell them apart
        return "link+title", f"{key} {title}"
    said = json.dumps([title, item["summary"], item["text"], item["enclosures"]], default=str)
    return "hash", hashlib.sha256(said.encode()).hexdigest()[:32]


def _newest(items: list[dict[str, Any]], most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the newest items in the feed's order, and how many others there are."""
    if len(items) <= most:
        return items, 0
    order = sorted(
        items, key=lambda item: (item["published_at"] or datetime.min, -item["position"])
    )[::-1][:most]
    kept = {item["position"] for item in order}
    return [item for item in items if item["position"] in kept], len(items) - most


def _reject(position: int | None, reason: str, error: str, text: str) -> dict[str, Any]:
    return {
        "line_number": position,
        "column_name": None,
        "reason": reason,
        "error": error,
        "raw_text": text[:_REJECT_TEXT],
    }
