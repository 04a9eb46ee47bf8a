"""RSS 0.9x to 2.0, RSS 1.0 (RDF) and Atom 0.3 and 1.0, element by element."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from ingestion.news.feeds import plain_text
from ingestion.news.feeds.found import FoundFeed, FoundItem, FoundReject, Refused, language_of
from ingestion.news.links import absolute

_XML = "{http://www.w3.org/XML/1998/namespace}"
_MOST_DEPTH = 100
_ENTITY_DECLARED = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST)\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BEFORE_ROOT = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*", re.DOTALL)
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_ITEM = re.compile(r"<(?:[\w.-]+:)?(item|entry)[\s>]", re.IGNORECASE)
_AUTHOR = ("author", "creator")
_SKIPPED_SOURCE = 2_000
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_UNQUOTED = re.compile(r"""(\s[\w:.-]+)=([^\s"'<>]+)(?=[\s/>])""")


def read_xml_feed(text: str, content: bytes, url: str) -> FoundFeed:
    """Read a feed in XML.

    Args:
        text: the document, decoded.
        content: its bytes, for a second reader when the first one fails.
        url: where it lies.

    Raises:
        Refused: it declares entities, goes too deep, or is no feed.
    """
    head = text[: text.find("<", 5_000) if len(text) > 5_000 else len(text)]
    if _ENTITY_DECLARED.search(head):
        raise Refused("entities", "the document declares entities of its own; it is not read")
    root, found = _parsed(text)
    kind = _name(root) if root is not None else ""
    if root is None or kind not in ("rss", "rdf", "feed", "channel"):
        raise Refused("not_a_feed", f"the document is no feed (its root is <{kind or 'nothing'}>)")
    _fill(found, root, kind, url)
    return found


def _parsed(text: str) -> tuple[etree._Element | None, FoundFeed]:
    """Return the root of a document; what is damaged is mended as little as it needs."""
    found = FoundFeed()
    body = _plain_document(text)
    strict = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=len(body) > 9_000_000,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return _bounded(etree.fromstring(body.encode(), strict)), found
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise Refused("too_deep", f"the document goes too deep: {error}") from error
    whole = _without_end(body)
    if whole != body:
        try:
            return _bounded(etree.fromstring(whole.encode(), strict)), found
        except etree.XMLSyntaxError:
            pass
    cut = _cut(body, found)
    lenient = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    found.flags.append("malformed")
    cut = _TAG.sub(lambda tag: _UNQUOTED.sub(r'\1="\2"', tag[0]), cut)
    return _bounded(etree.fromstring(cut.encode(), lenient)), found


def _plain_document(text: str) -> str:
    """Return a document without what stands before its root, and with its characters plain."""
    start = _BEFORE_ROOT.match(text)
    body = text[start.end() :] if start else text
    body = body[max(0, body.find("<")) :]
    body = _NOT_XML.sub("", _DOCTYPE.sub("", body))
    return _BARE.sub("&amp;", _NAMED.sub(_character, body))


def _character(found: re.Match[str]) -> str:
    if found[1] in _XML_ENTITIES:
        return found[0]
    plain = html.unescape(found[0])
    return found[0].replace("&", "&amp;") if plain == found[0] else plain


def _without_end(body: str) -> str:
    """Return a document without what follows its root."""
    name = re.match(r"<([\w:.-]+)", body)
    end = body.rfind(f"</{name[1]}>") if name else -1
    return body[: end + len(name[1]) + 3] if name and end >= 0 else body


def _cut(body: str, found: FoundFeed) -> str:
    """Return a document up to its last whole entry, when it ends before it should."""
    name = re.match(r"<([\w:.-]+)", body)
    if name is None or re.search(rf"</{re.escape(name[1])}\s*>", body[-5_000:]):
        return body
    starts = [one.start() for one in _ITEM.finditer(body)]
    ends = [one.end() for one in re.finditer(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", body, re.I)]
    last = ends[-1] if ends else (starts[0] if starts else len(body))
    found.is_cut = True
    if rest := [start for start in starts if start >= last]:
        found.rejects.append(
            FoundReject(
                len(ends) + 1, "cut", "the document ends within this entry", body[rest[0] :]
            )
        )
    closing = "</channel></rss>" if name[1].lower() == "rss" else f"</{name[1]}>"
    return body[:last] + closing


def _bounded(root: etree._Element | None) -> etree._Element | None:
    """Return a tree that is not too deep.

    Raises:
        Refused: it is.
    """
    if root is None:
        return None
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MOST_DEPTH:
            raise Refused("too_deep", f"the document goes deeper than {_MOST_DEPTH} elements")
    return root


def _name(element: etree._Element) -> str:
    """Return the name of an element in lower case, whatever its vocabulary is called there."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _space(element: etree._Element) -> str:
    """Return the vocabulary of an element: its namespace, or the prefix nobody declared."""
    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, name = tag.rpartition("}")
    return (space.lstrip("{") or name.rpartition(":")[0]).lower()


def _fill(found: FoundFeed, root: etree._Element, kind: str, url: str) -> None:
    is_atom = kind == "feed"
    channel = root
    if not is_atom:
        channel = next((one for one in root.iter() if _name(one) == "channel"), root)
    head = [one for one in channel if _name(one) not in ("item", "entry")]
    own_link = _link_of(head, is_atom)
    found.link = absolute(own_link, *_bases(channel), url)
    found.title = _line(next((one for one in head if _name(one) == "title"), None))
    found.language = language_of(
        _first_text(head, "language") or root.get(f"{_XML}lang") or channel.get(f"{_XML}lang")
    )
    wanted = "entry" if is_atom else "item"
    for element in root.iter():
        if _name(element) == wanted:
            found.items.append(_entry(element, is_atom, found.link, url))
    expected = len(found.items) + sum(one.reason == "cut" for one in found.rejects)
    if not found.items and expected == 0 and "malformed" in found.flags and not found.is_cut:
        found.flags.append("nothing_read")


def _entry(element: etree._Element, is_atom: bool, home: str | None, url: str) -> FoundItem:
    children = [one for one in element if isinstance(one.tag, str)]
    bases = (*_bases(element), None if is_atom else home, home if is_atom else None, url)
    guid = next((one for one in children if _name(one) in ("guid", "id")), None)
    guid_text = (guid.text or "").strip() if guid is not None else ""
    about = next((v for k, v in element.attrib.items() if str(k).endswith("}about")), None)
    item = FoundItem(guid=guid_text or about or None)
    link = _first_text(children, "origlink") or _link_of(children, is_atom) or about
    if not link and guid_text and guid is not None:
        is_link = (guid.get("isPermaLink") or guid.get("ispermalink") or "true").lower() != "false"
        link = guid_text if is_link and guid_text.startswith(("http://", "https://")) else None
    item.url = absolute(link, *bases)
    item.title = _line(_own(children, "title"))
    _texts(item, children, element)
    item.author = _author(children)
    item.language = language_of(_first_text(children, "language") or element.get(f"{_XML}lang"))
    item.categories = _categories(children)
    item.enclosures = list(_enclosures(children, bases))
    item.published = _first_text(children, "pubdate", "published", "issued", "created", "date")
    item.updated = _first_text(children, "updated", "modified", "lastbuilddate")
    item.source = etree.tostring(element, encoding="unicode")[:_SKIPPED_SOURCE]
    return item


def _bases(element: etree._Element) -> tuple[str, ...]:
    """Return the bases declared on an element and around it, the innermost first."""
    found = []
    node: etree._Element | None = element
    while node is not None:
        if base := node.get(f"{_XML}base"):
            found.append(base)
        node = node.getparent()
    return tuple(found)


def _own(children: list[etree._Element], name: str) -> etree._Element | None:
    """Return the child of a name that is the format's own, before those of other vocabularies."""
    found = [one for one in children if _name(one) == name]
    foreign = ("media", "itunes", "mrss", "podcast")
    own = [one for one in found if not any(word in _space(one) for word in foreign)]
    return next(iter([*own, *found]), None)


def _line(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    if (element.get("type") or "").lower() in ("xhtml", "application/xhtml+xml") or len(element):
        return plain_text.line("".join(element.itertext()))
    return plain_text.line(element.text)


def _first_text(children: list[etree._Element], *names: str) -> str | None:
    for name in names:
        for one in children:
            if _name(one) == name and (text := "".join(one.itertext()).strip()):
                return text
    return None


def _link_of(children: list[etree._Element], is_atom: bool) -> str | None:
    links = [one for one in children if _name(one) == "link"]
    if not is_atom:
        plain = [one for one in links if (one.text or "").strip() and "atom" not in _space(one)]
        if plain:
            return (plain[0].text or "").strip()
    known = [one for one in links if one.get("href")]
    alternate = [one for one in known if (one.get("rel") or "alternate") == "alternate"]
    pages = [one for one in alternate if "html" in (one.get("type") or "text/html")]
    best = next(iter([*pages, *alternate]), None)
    if best is not None:
        return str(best.get("href"))
    texts = [one for one in links if (one.text or "").strip()]
    return (texts[0].text or "").strip() if texts else None


def _texts(item: FoundItem, children: list[etree._Element], element: etree._Element) -> None:
    """Fill what an entry says: its content, and what stands for a summary beside it."""
    content = [
        one for one in children
        if _name(one) in ("encoded", "content") and "media" not in _space(one)
    ] + [one for one in children if _name(one) == "body" and "xhtml" in _space(one)]  # fmt: skip
    summary = [one for one in children if _name(one) in ("description", "summary", "tagline")]
    own = [one for one in summary if not any(w in _space(one) for w in ("media", "itunes"))]
    item.text = next((text for one in content if (text := _says(one))), None)
    item.summary = next((text for one in [*own, *summary] if (text := _says(one))), None)
    if item.text is None and item.summary is None:
        group = [
            one for one in element.iter()
            if _name(one) == "description" and "mrss" in _space(one).replace("media", "mrss")
        ]  # fmt: skip
        item.text = next((text for one in group if (text := _says(one))), None)


def _says(element: etree._Element) -> str | None:
    kind = (element.get("type") or "").lower()
    if kind == "xhtml" or (element.get("mode") or "").lower() == "xml" or len(element):
        return plain_text.of_element(element)
    if kind.startswith(("image/", "audio/", "video/")):
        return None
    return plain_text.paragraphs(element.text)


def _author(children: list[etree._Element]) -> str | None:
    for name in _AUTHOR:
        found = []
        for one in children:
            if _name(one) == name:
                inner = [part for part in one if _name(part) == "name"]
                found.append("".join((inner[0] if inner else one).itertext()))
        if names := plain_text.line(", ".join(part.strip() for part in found if part.strip())):
            return names
    return None


def _categories(children: list[etree._Element]) -> list[str]:
    found = []
    for one in children:
        if _name(one) in ("category", "subject"):
            text = plain_text.line(one.get("label") or one.get("term") or one.text)
            if text and text not in found:
                found.append(text)
    return found


def _enclosures(
    children: list[etree._Element], bases: tuple[str | None, ...]
) -> Iterator[dict[str, Any]]:
    for one in children:
        is_link = _name(one) == "link" and one.get("rel") == "enclosure"
        if _name(one) == "enclosure" or is_link:
            if address := absolute(one.get("url") or one.get("href"), *bases):
                yield {"url": address, "type": one.get("type"), "length": one.get("length")}
        elif _name(one) == "content" and "media" in _space(one) and one.get("url"):
            kind = one.get("type") or one.get("medium") or ""
            if kind.startswith(("audio", "video")) and "flash" not in kind:
                yield {"url": one.get("url"), "type": kind, "length": one.get("fileSize")}
