"""RSS 0.9x to 2.0, RSS 1.0 (RDF) and Atom 0.3 and 1.0, element by element."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ingestion.news.feeds import plain_text
from ingestion.news.feeds.document import parse_document, without_printed
from ingestion.news.feeds.elements import (
    XML,
    attribute,
    bases_of,
    first_text,
    is_media,
    name_of,
    rank_of,
    ranked,
    space_of,
)
from ingestion.news.feeds.found import (
    FLASH,
    FoundFeed,
    FoundItem,
    Refused,
    kind_of_file,
    language_of,
)
from ingestion.news.links import absolute

_RELATIONS = "http://www.iana.org/assignments/relation/"
_PLAIN = ("text", "text/plain")
_AUTHOR = ("author", "creator")
_SKIPPED_SOURCE = 2_000
_ROOTS = ("rss", "rdf", "feed", "channel", "entry")


def read_xml_feed(text: str, url: str) -> FoundFeed:
    """Read a feed in XML.

    Args:
        text: the document, decoded.
        url: where it lies.

    Raises:
        Refused: it declares entities, goes too deep, or is no feed.
    """
    root, found = parse_document(text)
    kind = name_of(root) if root is not None else ""
    if kind not in _ROOTS and (begun := without_printed(text)) != text:
        root, found = parse_document(begun)
        kind = name_of(root) if root is not None else ""
    if root is None or kind not in _ROOTS:
        raise Refused("not_a_feed", f"the document is no feed (its root is <{kind or 'nothing'}>)")
    _fill(found, root, kind, url)
    return found


def _fill(found: FoundFeed, root: etree._Element, kind: str, url: str) -> None:
    if kind == "entry":  # a document of its own (RFC 4287, 2)
        found.items.append(_entry(root, True, None, url))
        return
    is_atom = kind == "feed"
    channel = root
    if not is_atom:
        channel = next((one for one in root.iter() if name_of(one) == "channel"), root)
    head = [one for one in channel if name_of(one) not in ("item", "entry")]
    own_link = _link_of(head, is_atom)[0] or attribute(channel, "href")
    found.link = absolute(own_link, *bases_of(channel), url)
    found.title = _line(next((one for one in head if name_of(one) == "title"), None))
    found.language = language_of(
        first_text(head, "language") or root.get(f"{XML}lang") or channel.get(f"{XML}lang")
    )
    found.author = _author(head) if is_atom else None
    wanted = "entry" if is_atom else "item"
    entries = [one for one in root.iter() if name_of(one) == wanted]
    found.items += [_entry(one, is_atom, found.link, url) for one in entries]
    if not found.items and "malformed" in found.flags and not found.is_cut:
        found.flags.append("nothing_read")


def _entry(element: etree._Element, is_atom: bool, home: str | None, url: str) -> FoundItem:
    children = ranked(element)
    bases = (*bases_of(element), home, url)
    guid = next((one for one in children if name_of(one) in ("guid", "id")), None)
    guid_text = (guid.text or "").strip() if guid is not None else ""
    about = next((v for k, v in element.attrib.items() if str(k).endswith("}about")), None)
    item = FoundItem(guid=guid_text or about or None)
    link, own_bases = _link_of(children, is_atom)
    links = (
        first_text(children, "origlink"), link, about, attribute(element, "href"),
        _source_of_content(children), _permanent(guid),
    )  # fmt: skip
    known = (absolute(one, *own_bases, *bases) for one in links if one)
    item.url = next((one for one in known if one), None)  # `mailto:` is no address of an article
    item.title = _title(children)
    _texts(item, children, element)
    item.author = _author(children)
    item.language = language_of(first_text(children, "language") or element.get(f"{XML}lang"))
    item.categories = _categories(children)
    item.enclosures = list(_enclosures(children, bases))
    item.published = first_text(children, "pubdate", "published", "issued", "created", "date")
    # of several the last one counts: writers append
    item.updated = first_text(children[::-1], "updated", "modified", "lastbuilddate")
    item.updated = item.updated or attribute(element, "lastmod")
    if not item.says_something:
        item.source = etree.tostring(element, encoding="unicode")[:_SKIPPED_SOURCE]
    return item


def _title(children: list[etree._Element]) -> str | None:
    """Return the title of an entry; else that of the one recording it has, in several forms."""
    grouped = [part for one in children if _is_group(one) for part in one]
    titles = (one for one in (*children, *grouped) if name_of(one) == "title")
    return next((text for one in titles if (text := _line(one))), None)


def _permanent(guid: etree._Element | None) -> str | None:
    """Return an id that is the address of its entry."""
    if guid is None:
        return None
    text = (guid.text or "").strip()
    said = (guid.get("isPermaLink") or guid.get("ispermalink") or "").lower()
    starts = ("http://", "https://", "/") if said == "true" else ("http://", "https://")
    return text if said != "false" and text.startswith(starts) else None


def _is_of_picture(element: etree._Element) -> bool:
    """Say whether what is said is said of a picture beside the text: its caption."""
    around = element.getparent()
    kind = "" if around is None else (around.get("medium") or around.get("type") or "")
    return kind.lower().startswith("image")


def _line(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    if (element.get("type") or "").lower() in ("xhtml", "application/xhtml+xml") or len(element):
        return plain_text.line_of_plain("".join(element.itertext()))
    if _is_plain(element):
        return plain_text.line_of_plain(_text(element))
    return plain_text.line(_text(element))


def _is_plain(element: etree._Element) -> bool:
    """Say whether an element says itself that it holds no HTML: `<b>` there is about HTML."""
    return (element.get("type") or "").lower() in _PLAIN


def _text(element: etree._Element) -> str | None:
    """Return the text of an element, unpacked when it is in base64; None: it packs no text."""
    kind = (element.get("type") or "").lower()
    is_text = "/" not in kind or kind.startswith("text/") or kind.endswith(("xml", "html"))
    if is_text and (element.get("mode") or "").lower() != "base64":
        return str(element.text or "")
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True).decode()
    except ValueError:  # no base64, or no text
        return None


def _link_of(children: list[etree._Element], is_atom: bool) -> tuple[str | None, tuple[str, ...]]:
    """Return the link of an entry or a feed, and the bases declared on it itself."""
    links = [one for one in children if name_of(one) == "link"]
    texts = [one for one in links if (one.text or "").strip()]
    known = [one for one in links if one.get("href")]
    alternate = [one for one in known if _relation(one) == "alternate"]
    pages = [one for one in alternate if "html" in (one.get("type") or "text/html")]
    plain = [one for one in texts if not is_atom and "atom" not in space_of(one)]
    best = next(iter([*plain, *pages, *alternate, *texts]), None)
    if best is None:
        return None, ()
    base = best.get(f"{XML}base")
    is_text = best in plain or not best.get("href")
    return str(best.text if is_text else best.get("href")).strip(), (base,) if base else ()


def _relation(link: etree._Element) -> str:
    """Return what a link of Atom leads to; it may be spelled as an address (RFC 4287, 4.2.7.2)."""
    return (link.get("rel") or "alternate").strip().lower().removeprefix(_RELATIONS)


def _source_of_content(children: list[etree._Element]) -> str | None:
    """Return where the content of an Atom entry lies that is not in it (RFC 4287, 4.1.3.2)."""
    kinds = (None, "html", "text/html", "application/xhtml+xml")
    known = (one for one in children if name_of(one) == "content" and one.get("type") in kinds)
    return next((one.get("src") for one in known), None)


def _texts(item: FoundItem, children: list[etree._Element], element: etree._Element) -> None:
    """Fill what an entry says: its content, and what stands for a summary beside it."""
    content = [
        one for one in children if name_of(one) in ("encoded", "content") and not is_media(one)
    ]
    content += [one for one in children if name_of(one) == "body" and "xhtml" in space_of(one)]
    summary = [
        one for one in children
        if name_of(one) in ("description", "summary", "abstract") and not is_media(one)
    ]  # fmt: skip
    item.text = next((text for one in content if (text := _says(one))), None)
    said = [text for one in summary if (text := _says(one))]
    item.summary = next(iter(said), None)
    plain = [one for one in summary if rank_of(space_of(one), space_of(element)) < 2]
    if item.text is None and len(plain) > 1:
        item.text = next((text for text in said[1 : len(plain)] if text != item.summary), None)
    beside = [
        one for one in element.iter()
        if name_of(one) == "description" and is_media(one) and not _is_of_picture(one)
    ]  # fmt: skip
    of_media = next((text for one in beside if (text := _says(one))), None)
    if item.text is None and item.summary is None:
        item.text = of_media
    else:
        item.summary = item.summary or of_media


def _says(element: etree._Element) -> str | None:
    kind = (element.get("type") or "").lower()
    if kind == "xhtml" or (element.get("mode") or "").lower() == "xml" or len(element):
        return plain_text.of_element(element)
    if _is_plain(element):
        return plain_text.of_plain(_text(element))
    return plain_text.paragraphs(_text(element))


def _author(children: list[etree._Element]) -> str | None:
    for name in _AUTHOR:
        found = []
        for one in children:
            if name_of(one) == name:
                inner = [part for part in one if name_of(part) == "name"]
                found.append("".join((inner[0] if inner else one).itertext()))
        if names := plain_text.line(", ".join(part.strip() for part in found if part.strip())):
            return names
    return None


def _categories(children: list[etree._Element]) -> list[str]:
    found = []
    for one in children:
        if name_of(one) in ("category", "subject"):
            words = [_term(one)]
        elif name_of(one) == "tags":
            words = list((one.text or "").split(","))
        else:
            continue
        found += [text for word in words if (text := plain_text.line(word))]
    return list(dict.fromkeys(found))


def _term(element: etree._Element) -> str | None:
    """Return the word of a category; an address that stands for one gives way to its label."""
    term, label = element.get("term"), element.get("label")
    return term if term and not (label and "://" in term) else label or element.text


def _enclosures(
    children: list[etree._Element], bases: tuple[str | None, ...]
) -> Iterator[dict[str, Any]]:
    grouped = [part for one in children if _is_group(one) for part in one]
    for one in (*children, *grouped):
        is_link = name_of(one) == "link" and _relation(one) == "enclosure"
        if name_of(one) == "enclosure" or is_link:
            if address := absolute(one.get("url") or one.get("href"), *bases):
                yield {"url": address, "type": one.get("type"), "length": one.get("length")}
        elif name_of(one) == "content" and is_media(one) and one.get("url"):
            said = one.get("type") or one.get("medium")
            part = {"url": one.get("url"), "type": said, "length": one.get("fileSize")}
            # a group is one recording in several forms, of which a player may be the only one
            is_player = (said or "").lower() == FLASH and one not in grouped
            if kind_of_file(part) in ("audio", "video") and not is_player:
                yield part


def _is_group(element: etree._Element) -> bool:
    return name_of(element) == "group" and is_media(element)
