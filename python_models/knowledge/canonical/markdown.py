"""Markdown, with or without front matter: the body as it is written, fields beside it."""

from __future__ import annotations

import re

from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.front_matter import split_front_matter
from python_models.knowledge.canonical.types import Canonical, Link

_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
# code says what it says, and leads nowhere. The text of a link may hold brackets, its target
# parentheses, one deep; a reference is a link where its address stands, not where it is used
_LINK = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}(?P=fence)|.*)"
    r"|(?P<tick>`+)(?!`)[^\n]*?(?<!`)(?P=tick)(?!`)"
    r"|!?\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>(?:[^()\s<>]|\([^()\s]*\)| (?![\"')]))+)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
    r"|^ {0,3}\[(?P<name>[^\]\n^][^\]\n]*)\]:[ \t]*<?(?P<referred>[^\s<>]+)"
    r"|<(?P<auto>https?://[^\s<>]+)>"
    r"|(?<![\w/=\"'])(?P<bare>https?://(?:[^\s<>()\[\]\"'`|*]|\([^\s<>()\"'`|]*\))+)",
    re.MULTILINE | re.DOTALL,
)
_BEHIND = ".,;:!?_~"  # of an address in a sentence


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
    found = []
    for match in _LINK.finditer(text):
        kind = match.lastgroup
        if kind in ("target", "referred"):
            label = match["label"] if kind == "target" else match["name"]
            found.append(Link(match.start(), match.end(), label or "", match[kind]))
        elif kind in ("auto", "bare"):
            target = match[kind].rstrip(_BEHIND) if kind == "bare" else match[kind]
            end = match.start() + len(target) if kind == "bare" else match.end()
            found.append(Link(match.start(), end, target, target))
    return found
