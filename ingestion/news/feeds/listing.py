"""Sources that are no feeds: news sitemaps, and pages whose links are articles."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from ingestion.news.feeds import plain_text
from ingestion.news.feeds.document import parse_document
from ingestion.news.feeds.found import FoundFeed, FoundItem, Refused, language_of
from ingestion.news.links import absolute, url_key


def read_sitemap(text: str, url: str) -> FoundFeed:
    """Read a sitemap (https://www.sitemaps.org) with its news, if it has them.

    Raises:
        Refused: it is none, or an index of others.
    """
    root, found = parse_document(text, parts=("url",))
    name = str(root.tag).rpartition("}")[2].lower() if root is not None else "nothing"
    if root is None or name != "urlset":
        why = "an index of sitemaps; declare one of those it names" if name == "sitemapindex" else (
            f"no sitemap (its root is <{name}>)"
        )  # fmt: skip
        raise Refused("not_a_feed", f"the document is {why}")
    for entry in root.iterchildren("{*}url", "url"):
        item = FoundItem(
            url=absolute(_said(entry, "loc"), url),
            title=plain_text.line(_said(entry, "title")),
            language=language_of(_said(entry, "language")),
            categories=[
                word.strip() for word in (_said(entry, "keywords") or "").split(",") if word.strip()
            ],
            published=_said(entry, "publication_date"),
            updated=_said(entry, "lastmod"),
        )
        if item.url is None:
            item.source = etree.tostring(entry, encoding="unicode")[:2_000]
        found.items.append(item)
    return found


def _said(entry: etree._Element, name: str) -> str | None:
    """Return the text of the first element of a name, outside pictures and films."""
    for one in entry.iter(f"{{*}}{name}", name):
        space = str(one.tag).lower()
        if "image" not in space and "video" not in space and (one.text or "").strip():
            return str(one.text).strip()
    return None


def read_links(text: str, url: str, pattern: str) -> FoundFeed:
    """Return the links of a page that match a pattern, each once, with its longest words as title.

    Raises:
        Refused: no link matches.
    """
    found = FoundFeed()
    try:
        tree = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text).encode(),
            parser=lxml_html.HTMLParser(encoding="utf-8", no_network=True))  # fmt: skip
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused("not_a_feed", f"the page is not read: {error}") from error
    found.title = plain_text.line("".join(next(tree.iter("title"), tree).itertext())[:500])
    found.language = language_of(tree.get("lang"))
    base = next((one.get("href") for one in tree.iter("base") if one.get("href")), None)
    items: dict[str, FoundItem] = {}
    for link in tree.iter("a"):
        address = absolute(link.get("href"), base, url)
        key = url_key(address)
        if address is None or key is None or not re.search(pattern, address):
            continue
        item = items.setdefault(key, FoundItem(url=address))
        title = plain_text.line("".join(link.itertext()))
        if title and len(title) > len(item.title or ""):
            item.title = title
    if not items:
        raise Refused("no_links", f"no link of the page matches link_pattern {pattern!r}")
    found.items = list(items.values())
    return found
