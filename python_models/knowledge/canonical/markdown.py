"""Markdown, with or without front matter: the body as it is written, fields beside it."""

from __future__ import annotations

import re

from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.front_matter import split_front_matter
from python_models.knowledge.canonical.types import Canonical, Link

_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
# text of a link may hold brackets, its target parentheses, one deep
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\)| (?![\"')]))+)>?"
    r"(?:\s+[\"'][^\"']*[\"'])?\s*\)|<(https?://[^\s<>]+)>"
)


def read_markdown(content: bytes) -> Canonical:
    """Read a Markdown file."""
    text, flags = decoded(content)
    matter = split_front_matter(text)
    body = matter.body.strip("\n")
    found = _HEADING.search(body)
    canonical = Canonical(
        text=body,
        title=matter.value("title") or (found[1].strip() if found else None),
        authors=matter.values("author", "authors"),
        fields=matter.fields,
        links=markdown_links(body),
        flags=flags | matter.flags,
    )
    canonical.created_at = matter.time("created", "created_at", "date")
    canonical.updated_at = matter.time("updated", "updated_at", "modified", "last_modified")
    return canonical


def markdown_links(text: str) -> list[Link]:
    """Return the links of a Markdown text with their spans."""
    return [
        Link(match.start(), match.end(), match[1] or match[3] or "", match[2] or match[3])
        for match in _LINK.finditer(text)
    ]
