"""The main text of a page (trafilatura, `favor_precision`) with what the page says of itself.

On 40 pages of scrapinghub/article-extraction-benchmark its 4-gram F1 is what `make
extraction-quality` prints; the metadata is read here, from the tree that was parsed anyway.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import py3langid
import trafilatura
from lxml import etree
from lxml import html as lxml_html

from ingestion.news.feeds.dates import IMPLAUSIBLE, parse_date
from ingestion.news.feeds.decoding import decode
from ingestion.news.feeds.found import language_of
from ingestion.news.feeds.plain_text import line
from ingestion.news.links import absolute, url_key
from ingestion.news.pages.shape import is_list_of_links, is_walled
from ingestion.news.pages.told import meta, told_of

LEAST_CHARACTERS = 200  # what has less text is no article, unless it says it is one


@dataclass(frozen=True)
class PageRead:
    """What was read of a page: columns of the raw table `pages`."""

    canonical_url: str | None = None
    canonical_key: str | None = None
    title: str | None = None
    text: str | None = None  # paragraphs apart by a blank line
    text_hash: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    is_article: bool = False
    is_stub: bool = False
    flags: list[str] = field(default_factory=list)
    extraction_seconds: float = 0.0


def get_ready() -> None:
    """Load what the first page would wait for: the model that tells languages apart."""
    py3langid.classify("")


def read_page(content: bytes, *, content_type: str | None = None, url: str = "") -> PageRead:
    """Read a page.

    Args:
        content: the body, unpacked.
        content_type: the HTTP header.
        url: where it came from at last.
    """
    started = time.perf_counter()
    kind = (content_type or "").partition(";")[0].strip().lower()
    is_text = not kind or "html" in kind or "xml" in kind or kind.startswith("text/")
    if not is_text or content[:1024].lstrip().startswith(b"%PDF-"):  # whatever it is called
        return PageRead(flags=["not_html"])
    tree = _tree(decode(content, content_type).text.replace("\0", ""))
    if tree is None:
        return PageRead(flags=["empty"], extraction_seconds=_since(started))
    told = told_of(tree)
    canonical = absolute(_canonical(tree), url)
    text = _main_text(tree)
    flags = []
    is_stub = is_walled(tree, told, text)
    is_list = not is_stub and is_list_of_links(tree, told, text)
    if is_list:
        flags.append("list_page")
    is_article = not is_list and (len(text or "") >= LEAST_CHARACTERS or (is_stub or bool(told)))
    at, notes = parse_date(_date(tree, told))
    return PageRead(
        canonical_url=canonical,
        canonical_key=url_key(canonical),
        title=_title(tree, told),
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest()[:32] if text else None,
        language=_language(tree, text),
        published_at=None if IMPLAUSIBLE in notes else at,
        is_article=is_article,
        is_stub=is_stub,
        flags=[*flags, *notes],
        extraction_seconds=_since(started),
    )


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 6)


def _tree(text: str) -> Any:
    try:
        return lxml_html.document_fromstring(
            re.sub(r"^\s*<\?xml[^>]*>", "", text).encode(),
            parser=lxml_html.HTMLParser(
                encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
            ),
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _main_text(tree: Any) -> str | None:
    found = trafilatura.extract(
        tree, favor_precision=True, include_comments=False, include_tables=True,
        with_metadata=False, deduplicate=False,
    )  # fmt: skip
    lines = [one.strip() for one in (found or "").splitlines()]
    return "\n\n".join(one for one in lines if one) or None


def _canonical(tree: Any) -> str | None:
    for one in tree.iter("link"):
        if "canonical" in (one.get("rel") or "").lower().split() and one.get("href"):
            return str(one.get("href"))
    return None


def _title(tree: Any, told: list[dict[str, Any]]) -> str | None:
    headline = next((str(one["headline"]) for one in told if one.get("headline")), None)
    given = headline or meta(tree, "og:title", "twitter:title")
    return line(given) or line("".join(next(tree.iter("title"), tree.makeelement("x")).itertext()))


def _date(tree: Any, told: list[dict[str, Any]]) -> str | None:
    for one in told:
        if one.get("datePublished"):
            return str(one["datePublished"])
    if given := meta(tree, "article:published_time", "og:published_time", "date", "dc.date",
                      "datepublished", "pubdate", "parsely-pub-date"):  # fmt: skip
        return given
    for one in tree.iter("time"):
        if one.get("datetime"):
            return str(one.get("datetime"))
    return None


def _language(tree: Any, text: str | None) -> str | None:
    declared = language_of(tree.get("lang") or meta(tree, "og:locale", "language"))
    if not text or len(text) < 200:
        return declared
    return str(py3langid.classify(text[:1_500])[0])
