"""HTML of feeds becomes plain text: paragraphs apart by a blank line, nothing of a page's works."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

_LEFT_OUT = {"script", "style", "noscript", "iframe", "form", "svg", "object", "template", "head"}
_BLOCKS = {
    "p", "div", "section", "article", "ul", "ol", "li", "table", "tr", "blockquote", "pre", "h1",
    "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "header", "footer", "aside", "dl", "dt",
    "dd", "hr", "main", "body",
}  # fmt: skip
# what stands in titles by mistake; `<T>` of a programming language is none of it
_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|pre|q|s|"
    r"small|span|strike|strong|sub|sup|tt|u|ul|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# a generator quoted its own quotes
_MARKED = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_MOST_LINE = 20_000  # characters of a title or a name that are looked at
_WORKS = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def _control(found: re.Match[str]) -> str:
    """Return what a control character stands for: some write cp1252 and call it Latin 1."""
    if "\x80" <= found[0] <= "\x9f":
        return found[0].encode("latin-1").decode("cp1252", "ignore")
    return ""


def sound(text: str) -> str:
    """Return an id or an address without characters that no table and no request can hold."""
    return re.sub(r"[\x00-\x1f\ufffe\uffff\ud800-\udfff]", "", text)


def line(text: str | None) -> str | None:
    """Return HTML as one line (a title, a name): no tags, no entities, single blanks.

    A tag that is itself escaped is what the line is about: `&lt;b&gt;` is `<b>`.
    """
    if not text:
        return None
    if "<" in text:
        text = _WORKS.sub(" ", _MARKED.sub(r"\1", text[:_MOST_LINE]))
    text = _TAGS.sub(
        lambda tag: " " if tag[0].lower().startswith(("<br", "<p", "<li")) else "", text
    )
    for _ in range(2):  # often escaped once more than it should be
        if _ENTITY.search(text):
            text = html.unescape(text)
    return re.sub(r"\s+", " ", _CONTROL.sub(_control, text)).strip() or None


def line_of_plain(text: str | None) -> str | None:
    """Return plain text as one line; a character that is escaped all the same is that character."""
    plain = html.unescape(text or "")
    return re.sub(r"\s+", " ", _CONTROL.sub(_control, plain)).strip() or None


def paragraphs(text: str | None) -> str | None:
    """Return what HTML, or plain text, says: paragraphs apart by a blank line."""
    if not text or not text.strip():
        return None
    text = _MARKED.sub(r"\1", text)
    if not _looks_like_html(text) and _ENTITY.search(text):
        text = html.unescape(text)
    if not _looks_like_html(text):
        parts = re.split(r"\n\s*\n", html.unescape(text))
        return _joined(parts)
    try:
        tree = lxml_html.fragment_fromstring(_CONTROL.sub(_control, text), create_parent="div")
    except (etree.ParserError, ValueError):
        return _joined([re.sub(r"<[^<>]+>", " ", text)])
    return _joined("".join(_texts(tree)).split("\0"))


def of_plain(text: str | None) -> str | None:
    """Return what plain text says, of which nothing is HTML."""
    return _joined([text]) if text else None


def of_element(element: etree._Element) -> str | None:
    """Return what the children of an XML element say: XHTML inside Atom."""
    return _joined("".join(_texts(element)).split("\0"))


def _looks_like_html(text: str) -> bool:
    return bool(re.search(r"<[a-zA-Z!/][^<>]*>", text))


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the text below an element, NUL where a block begins or ends."""
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event in ("comment", "pi"):
            yield node.tail or ""
            continue
        name = str(node.tag).rpartition("}")[2].lower()
        if event == "start":
            if name in _LEFT_OUT:
                walk.skip_subtree()
                continue
            if name in _BLOCKS:
                yield "\0"
            elif name == "br":
                yield "\n"
            yield node.text or ""
        else:
            if name in _BLOCKS:
                yield "\0"
            if node is not element:
                yield node.tail or ""


def _joined(parts: list[str] | Iterator[str]) -> str | None:
    lines = (
        # two line ends in a row are how many feeds mark a paragraph
        re.split(r"\n[ \t]*\n+", part)
        for part in parts
    )
    found = (
        re.sub(r"\s+", " ", _CONTROL.sub(_control, one)).strip() for many in lines for one in many
    )
    return "\n\n".join(one for one in found if one) or None
