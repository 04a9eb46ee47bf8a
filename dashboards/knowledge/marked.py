"""Texts of the corpus as HTML: all of it is text, with spans of it marked."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# backgrounds let the page through, so that its text stays legible on light and on dark ones
STYLES = {
    "word": "background:#F2B63459;color:inherit;padding:0 1px",
    "fact": "background:#5CB57A4D;color:inherit",
    "chunk": "border-bottom:2px solid #9DB7D5",
    "cited": "background:#5A9BE64D;color:inherit",
}
BOX = "white-space:pre-wrap;overflow-wrap:anywhere;font-size:0.95rem;line-height:1.5"


class Mark(NamedTuple):
    """[start, end) code points of a text, how they look, and what a pointer over them says."""

    start: int
    end: int
    look: str
    says: str = ""


def marked_html(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> str:
    """Return a part of a text as HTML with marks in it; marks may lie in one another."""
    end = len(text) if end is None else end
    inside = [
        mark._replace(start=max(mark.start, start), end=min(mark.end, end))
        for mark in marks
        if mark.start < end and mark.end > start
    ]
    edges = sorted({start, end, *(m.start for m in inside), *(m.end for m in inside)})
    parts = []
    for at, to in zip(edges, edges[1:], strict=False):
        here = [mark for mark in inside if mark.start <= at and mark.end >= to]
        parts.append(_piece(text[at:to], here))
    return f'<div style="{BOX}">{"".join(parts)}</div>'


def _piece(text: str, marks: Sequence[Mark]) -> str:
    said = html.escape(text)
    if not marks:
        return said
    style = ";".join(dict.fromkeys(STYLES[mark.look] for mark in marks))
    title = html.escape("\n".join(dict.fromkeys(mark.says for mark in marks if mark.says)))
    return f'<mark style="background:none;color:inherit;{style}" title="{title}">{said}</mark>'
