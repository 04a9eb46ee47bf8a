"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from typing import Any

from ingestion.news.feeds import plain_text
from ingestion.news.feeds.found import FoundFeed, FoundItem, FoundReject, Refused, language_of
from ingestion.news.links import absolute

_NO_CHARACTER = re.compile(r"[\x00\ufffe\uffff\ud800-\udfff]")  # halves of one, and none
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)


def read_json_feed(text: str, url: str = "") -> FoundFeed:
    """Read a JSON Feed.

    Args:
        text: the document, decoded.
        url: where it lies.

    Raises:
        Refused: it is no JSON, or no feed.
    """
    document, is_cut = _document(text)
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise Refused("not_a_feed", "the document is JSON, but no JSON Feed (it has no `items`)")
    found = FoundFeed(
        plain_text.line_of_plain(_text(document.get("title"))),
        absolute(_text(document.get("home_page_url")), _text(document.get("feed_url")), url),
        language_of(_text(document.get("language"))),
        _author(document),
        is_cut=is_cut,
    )
    bases = (found.link, _text(document.get("feed_url")), url)
    for at, item in enumerate(document["items"], start=1):
        if isinstance(item, dict):
            found.items.append(_item(item, bases))
        else:
            found.is_damaged = True
            found.rejects.append(
                FoundReject(at, "not_an_entry", "an entry is an object", json.dumps(item))
            )
    if is_cut:
        found.rejects.append(
            FoundReject(
                len(document["items"]) + 1, "cut", "the document ends in this entry", text[-2_000:]
            )
        )
    return found


def _document(text: str) -> tuple[Any, bool]:
    """Return a document, and whether it ends before its end.

    Raises:
        Refused: it is none.
    """
    try:
        return json.loads(text, strict=False), False
    except (json.JSONDecodeError, RecursionError) as error:
        if (document := mended(text)) is not None:
            return document, False
        if (document := _begun(text)) is not None:
            return document, True
        raise Refused("not_json", f"the document is no whole JSON: {error}") from error


def mended(text: str) -> Any:
    """Return a document of which only commas too many stood in the way; else None."""
    try:
        return json.loads(_COMMA.sub(lambda one: one[1] or "", text), strict=False)
    except (json.JSONDecodeError, RecursionError):
        return None


def _begun(text: str) -> Any:
    """Return a document that was cut, up to its last whole item."""
    decoder = json.JSONDecoder(strict=False)
    start = text.find('"items"')
    at = text.find("[", start) + 1 if start >= 0 else 0
    if not at:
        return None
    items = []
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            item, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            break
        items.append(item)
    try:
        head = json.loads(text[:start].rstrip().rstrip(",") + "}")
    except json.JSONDecodeError:
        head = {}
    return head | {"items": items}


def _item(item: dict[str, Any], bases: tuple[str | None, ...]) -> FoundItem:
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    url = absolute(_text(item.get("url")), *bases) or absolute(
        _text(item.get("external_url")), *bases
    )
    given = item.get("id")
    guid = plain_text.sound(str(given)) or None if given is not None else None
    if url is None and guid and guid.startswith(("http://", "https://")):
        url = absolute(guid)  # the format says that ids are best the addresses of their entries
    return FoundItem(
        guid=guid,
        url=url,
        title=plain_text.line_of_plain(_text(item.get("title"))),
        summary=plain_text.paragraphs(_text(item.get("summary"))),
        text=plain_text.paragraphs(html) or plain_text.of_plain(plain),
        author=_author(item),
        language=language_of(_text(item.get("language"))),
        categories=_tags(item.get("tags")),
        enclosures=[
            {"url": address, "type": _text(part.get("mime_type")),
             "length": part.get("size_in_bytes")}
            for part in item.get("attachments") or ()
            if isinstance(part, dict) and (address := absolute(_text(part.get("url")), *bases))
        ],
        published=_date(item.get("date_published")),
        updated=_date(item.get("date_modified")),
        source=_NO_CHARACTER.sub("", json.dumps(item, ensure_ascii=False)[:2_000]),
    )  # fmt: skip


def _author(item: dict[str, Any]) -> str | None:
    known = item.get("authors") or [item.get("author")]
    names = [one.get("name") for one in known if isinstance(one, dict)]
    return plain_text.line(", ".join(str(name) for name in names if name))


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return []
    return [word for tag in value if tag and (word := plain_text.sound(str(tag)).strip())]


def _date(value: Any) -> str | None:
    """Return a date as it is written; some write seconds since 1970."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _text(value)


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return _NO_CHARACTER.sub("", value)
