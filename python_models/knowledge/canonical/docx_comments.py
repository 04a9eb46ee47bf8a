"""Comments of a docx: who says what of which words, what answers what, what is settled.

Where commented words begin and end is marked in a text by signs that no XML can hold; once the
text is whole they are taken out, and their places are the anchors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from python_models.knowledge.canonical.docx_package import (
    Element,
    Package,
    attribute,
    local,
    moment,
    texts,
)
from python_models.knowledge.canonical.types import Canonical, Link, MessageSpan

_BEGINS, _ENDS, _CLOSE = "\x01", "\x02", "\x03"
_MARK = re.compile(f"([{_BEGINS}{_ENDS}])([^{_CLOSE}]*){_CLOSE}")
_SHOWN = 80  # characters of the words that a comment is about


@dataclass(frozen=True)
class Comment:
    """One comment as the file has it."""

    key: str
    author: str | None
    at: datetime | None
    text: str
    answers: str | None  # key of the comment it replies to
    is_settled: bool


def mark(element: Element) -> str:
    """Return what marks the begin or end of a comment's words; empty for other elements."""
    sign = {"commentRangeStart": _BEGINS, "commentRangeEnd": _ENDS}.get(local(element))
    return f"{sign}{attribute(element, 'id') or ''}{_CLOSE}" if sign else ""


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return _MARK.sub("", text)


def add_comments(package: Package, marked: str, canonical: Canonical) -> None:
    """Give a document its text without marks; its comments follow, each with its anchor."""
    parts, spans, begun = [], {}, {}
    position = length = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[position : match.start()])
        length += len(parts[-1])
        position = match.end()
        if match[1] == _BEGINS:
            begun[match[2]] = length
        elif match[2] in begun:
            spans[match[2]] = (begun[match[2]], length)
    text = "".join((*parts, marked[position:]))
    comments = _comments(package)
    authors = {one.key: one.author for one in comments}
    for one in comments:
        start, end = spans.get(one.answers or one.key) or spans.get(one.key) or (0, 0)
        block = _told(one, " ".join(text[start:end].split()), authors)
        before = f"{text}\n\n" if text else ""
        flags = ("comment", *(("settled",) if one.is_settled else ()))
        canonical.messages.append(
            MessageSpan(f"comment/{one.key}", len(before), len(before) + len(block), one.author,
                        one.at, None, f"comment/{one.answers}" if one.answers else None, flags)
        )  # fmt: skip
        if end > start:
            canonical.links.append(Link(start, end, text[start:end], f"#comment/{one.key}"))
        text = before + block
    if comments:
        canonical.flags.add("comments")
    canonical.text = text


def _told(one: Comment, words: str, authors: dict[str, str | None]) -> str:
    words = f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words
    about = f" on “{words}”" if words else ""
    if one.answers:
        about = f" in reply to {authors.get(one.answers) or 'another'}{about}"
    at = f"{one.at:%Y-%m-%d %H:%M}" if one.at else ""
    aside = ", ".join(filter(None, (at, "settled" if one.is_settled else "")))
    return (
        f"Comment of {one.author or 'unknown'}{about}{f' ({aside})' if aside else ''}: {one.text}"
    )


def comments_of(content: bytes) -> list[Comment]:
    """Return the comments of a docx.

    Raises:
        NoText: see `Package.opened`.
    """
    return _comments(Package.opened(content))


def _comments(package: Package) -> list[Comment]:
    """Return the comments in their order; what answers and settles them stands in a part apart."""
    root, more = package.part("comments"), package.part("commentsExtended")
    found = [one for one in (root if root is not None else ()) if local(one) == "comment"]
    # a comment is known there by its last paragraph
    paragraphs = {
        attribute(inner, "paraId"): attribute(one, "id") or ""
        for one in found
        for inner in one.iter()
        if local(inner) == "p" and attribute(inner, "paraId")
    }
    parents: dict[str, str] = {}
    settled: set[str] = set()
    for one in more if more is not None else ():
        key = paragraphs.get(attribute(one, "paraId"))
        if key is None:
            continue
        if (above := paragraphs.get(attribute(one, "paraIdParent"))) is not None:
            parents[key] = above
        if attribute(one, "done") in ("1", "true"):
            settled.add(key)
    comments = []
    for one in found:
        key = attribute(one, "id") or ""
        said = (texts(inner) for inner in one if local(inner) == "p")
        text = "\n".join(filter(None, (line.strip() for line in said))) or "(no text)"
        is_settled = bool({key, parents.get(key)} & settled)
        comments.append(
            Comment(key, attribute(one, "author"), moment(attribute(one, "date")), text,
                    parents.get(key), is_settled)
        )  # fmt: skip
    return comments
