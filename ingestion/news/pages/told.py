"""What a page says of itself: the objects of its JSON-LD, and its meta elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingestion.news.feeds.json_feed import mended

ARTICLE_TYPES = {
    "newsarticle", "article", "blogposting", "reportagenewsarticle", "techarticle",
    "analysisnewsarticle", "opinionnewsarticle", "liveblogposting", "report", "scholarlyarticle",
    "backgroundnewsarticle", "reviewnewsarticle", "satiricalarticle",
}  # fmt: skip
LIST_TYPES = {"collectionpage", "itemlist", "searchresultspage", "blog"}
_WRAPPED = re.compile(
    r"/\*.*?\*/|<!--|-->|<!\[CDATA\[|\]\]>|^\s*//[^\n]*", re.DOTALL | re.MULTILINE
)


def told_of(tree: Any) -> list[dict[str, Any]]:
    """Return the objects of JSON-LD that say what kind of page it is."""
    found = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            document = mended(script.text)
            if document is None:
                document = mended(_WRAPPED.sub("", script.text))
            found += list(_objects(document))
    return found


def _objects(document: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 20:
        return
    if isinstance(document, list):
        for one in document:
            yield from _objects(one, depth + 1)
    elif isinstance(document, dict):
        if types_of(document) & {*ARTICLE_TYPES, *LIST_TYPES, "webpage"}:
            yield document
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(document.get(name), depth + 1)


def types_of(document: dict[str, Any]) -> set[str]:
    """Return the types of an object in lower case, without the vocabulary before them."""
    kinds = document.get("@type")
    return {term(one) for one in (kinds if isinstance(kinds, list) else [kinds]) if one}


def term(value: Any) -> str:
    """Return a word of schema.org in lower case: `http://schema.org/False` is `false`."""
    return str(value).strip().rpartition("/")[2].rpartition(":")[2].lower()


def meta(tree: Any, *names: str) -> str | None:
    """Return what the first meta element of these names says."""
    for name in names:
        for one in tree.iter("meta"):
            text = (one.get("content") or "").strip()
            if text and (one.get("property") or one.get("name") or "").lower() == name:
                return str(text)
    return None
