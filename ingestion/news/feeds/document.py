"""A document of XML as it really comes: damaged, cut, with a DTD, with entities of HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

from ingestion.news.feeds.found import FoundFeed, FoundReject, Refused

_MOST_DEPTH = 100
_HUGE = 9_000_000  # characters of a text beyond which libxml2 has to be told
_DECLARES = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST)\b", re.IGNORECASE)
_ASIDE = (("<?", "?>"), ("<!--", "-->"))
# no pattern here goes over a text twice: what is sent may be made to keep a reader busy
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*+", re.IGNORECASE)
_SUBSET = re.compile(
    r"\[(?:<!--(?:[^-]|-(?!->))*+(?:-->)?|<\?(?:[^?]|\?(?!>))*+(?:\?>)?"
    r"|\"[^\"]*\"|'[^']*'|[^\]\"'])*+\]?\s*+>?",
    re.DOTALL,
)
# one character under the name it has in HTML: what is read as HTML's anyway
_OF_HTML = re.compile(
    r"<!ENTITY\s+(?P<name>\w+)\s+(?:\"(?P<a>[^\"%<]*)\"|'(?P<b>[^'%<]*)')\s*>", re.ASCII
)
_ROOT = re.compile(r"<[A-Za-z_]")
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel)[\s>]", re.IGNORECASE)
_PRINTED = 10_000  # characters within which a feed begins behind what a program printed
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# what is marked as text is left as it is; elsewhere an entity of HTML is a character, and what
# begins neither one nor a tag is what it is
_REFERENCE = re.compile(
    r"(?P<aside><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31});"
    r"|&#(?:(?P<number>\d{1,7})|[xX](?P<hex>[0-9A-Fa-f]{1,6}));"
    r"|&"
    r"|<(?![^\W\d]|[_:/!?])",  # no tag begins so: it is less than what follows
    re.DOTALL,
)
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_ENTRIES = ("item", "entry")
_TEXT = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_ANY_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*+)([^<>]*+)>")
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_UNQUOTED = re.compile(r"""(\s[\w:.-]+)=([^\s"'<>]+)(?=[\s/>])""")


def parse_document(
    text: str, parts: tuple[str, ...] = _ENTRIES
) -> tuple[etree._Element | None, FoundFeed]:
    """Return the root of a document and what was found damaged; it is mended as little as it needs.

    Args:
        text: the document, decoded.
        parts: names of its entries, the last whole one of which a cut document ends with.

    Raises:
        Refused: it declares entities, or goes too deep.
    """
    found = FoundFeed()
    body = _plain(_from_root(text))
    if not body:
        return None, found
    for whole in _attempts(body):
        try:
            return _bounded(etree.fromstring(whole.encode(), _parser(len(whole) > _HUGE))), found
        except etree.XMLSyntaxError as error:
            if "depth" in str(error).lower():
                raise Refused("too_deep", f"the document goes too deep: {error}") from error
    cut = _cut(body, found, "|".join(parts))
    found.flags.append("malformed")
    cut = _TAG.sub(lambda tag: _UNQUOTED.sub(r'\1="\2"', tag[0]), cut)
    try:
        return _bounded(etree.fromstring(cut.encode(), _parser(len(cut) > _HUGE, True))), found
    except etree.XMLSyntaxError:
        return None, found


def _parser(is_huge: bool, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=is_huge,
        recover=recover, remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _attempts(body: str) -> Iterator[str]:
    """Yield a document, and the same without what follows its root."""
    yield body
    name = re.match(r"<([\w:.-]+)", body)
    end = body.rfind(f"</{name[1]}>") if name else -1
    if name and end >= 0 and end + len(name[1]) + 3 < len(body):
        yield body[: end + len(name[1]) + 3]


def _from_root(text: str) -> str:
    """Return a document from its root on; declarations, comments and a DTD stand before it.

    Raises:
        Refused: the DTD declares something; what it would mean is not looked at.
    """
    at, is_declared = 0, False
    while (at := text.find("<", at)) >= 0 and not _ROOT.match(text, at):
        if ends := [end for start, end in _ASIDE if text.startswith(start, at)]:
            closed = text.find(ends[0], at)
            if closed < 0:
                return ""
            at = closed + len(ends[0])
        elif (doctype := _DOCTYPE.match(text, at)) and not is_declared:
            at, is_declared = doctype.end(), True
            subset = _SUBSET.match(text, at)
            declared = text[doctype.start() : subset.end() if subset else at]
            if _DECLARES.search(_OF_HTML.sub(_unless_of_html, declared)):
                raise Refused(
                    "entities", "the document declares entities of its own; it is not read"
                )
            at = subset.end() if subset else at + 1
        else:  # what a program printed before it
            at += 1
    return text[at:] if at >= 0 else ""


def _unless_of_html(declared: re.Match[str]) -> str:
    known = html5.get(f"{declared['name']};")
    meant = html.unescape(html.unescape(declared["a"] or declared["b"] or ""))
    return "" if known and known == meant else declared[0]


def without_printed(text: str) -> str:
    """Return a feed without what a program printed before it: warnings are often marked up."""
    at = text.find("<?xml", 0, _PRINTED)
    begins = _FEED.search(text, max(at, 0), max(at, 0) + _PRINTED)
    page = re.search(r"<(?:html|head|body)\b", text[: begins.start() if begins else 0], re.I)
    return text[at if at > 0 else begins.start() :] if begins and not page else text


def _plain(body: str) -> str:
    return _REFERENCE.sub(_character, _NOT_XML.sub("", body))


def _character(found: re.Match[str]) -> str:
    if found["aside"] or found["name"] in _XML_ENTITIES:
        return found[0]
    if found[0] == "<":
        return "&lt;"
    if found["number"] or found["hex"]:
        number = int(found["number"] or found["hex"], 10 if found["number"] else 16)
        return found[0] if _is_character(number) else ""
    plain = html.unescape(found[0]) if found["name"] else found[0]
    return f"&amp;{found[0][1:]}" if plain == found[0] else html.escape(plain, quote=True)


def _is_character(number: int) -> bool:
    """Say whether a document may hold a character, which a reference to it may not change."""
    return number <= 0x10FFFF and not _NOT_XML.match(chr(number))


def _without_text(body: str) -> str:
    """Return a document with what is marked as text, or as a comment, blanked out."""
    return _TEXT.sub(lambda part: " " * len(part[0]), body)


def _cut(body: str, found: FoundFeed, parts: str) -> str:
    """Return a document up to its last whole entry, when it ends before it should."""
    name = re.match(r"<([\w:.-]+)", body)
    seen = _without_text(body)  # an end within a text that itself has no end is none
    if name is None or re.search(rf"</{re.escape(name[1])}\s*>", seen[-5_000:], re.IGNORECASE):
        return body
    starts = [one.start() for one in re.finditer(rf"<(?:[\w.-]+:)?(?:{parts})[\s>]", seen, re.I)]
    ends = [one.end() for one in re.finditer(rf"</(?:[\w.-]+:)?(?:{parts})\s*>", seen, re.I)]
    last = ends[-1] if ends else (starts[0] if starts else len(body))
    found.is_cut = True
    rest = next((start for start in starts if start >= last), last)
    why = "the document ends before its end; what came here is lost"
    found.rejects.append(FoundReject(len(ends) + 1, "cut", why, body[rest:]))
    return body[:last] + _closing(seen[:last])


def _closing(begun: str) -> str:
    """Return the end tags that a document lacks."""
    opened: list[str] = []
    for tag in _ANY_TAG.finditer(begun):
        if tag[1]:
            while opened and opened.pop() != tag[2]:
                pass
        elif not tag[3].endswith("/"):
            opened.append(tag[2])
    return "".join(f"</{name}>" for name in reversed(opened))


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
