"""Markdown, with or without front matter: the body as it is written, fields beside it."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress

from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.front_matter import split_front_matter
from python_models.knowledge.canonical.types import Canonical, Link

_FENCED = r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}(?P=fence)|.*)"
_HEADING = re.compile(
    _FENCED + r"|^ {0,3}#[ \t]+(?P<title>[^\n]+?)[ \t]*#*$"
    r"|^ {0,3}(?P<underlined>[^\s>|`~-][^\n]*)\n {0,3}=+[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
# code says what it says, and leads nowhere. The text of a link may hold brackets, its target
# parentheses, one deep; a reference is a link where its address stands, not where it is used
_LINK = re.compile(
    _FENCED + r"|(?P<tick>`+)(?!`)[^\n]*?(?<!`)(?P=tick)(?!`)"
    r"|!?\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>(?:[^()\s<>]|\([^()\s]*\)| (?![\"')]))+)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
    r"|^ {0,3}\[(?P<name>[^\]\n^][^\]\n]*)\]:[ \t]*<?(?P<referred>[^\s<>]+)"
    r"|!?\[\[(?P<note>[^\[\]|#\n]+)(?:#[^\[\]|\n]*)?(?:\|(?P<called>[^\[\]\n]*))?\]\](?!\()"
    r"|<(?P<auto>https?://[^\s<>]+)>"
    r"|(?<![\w/=\"'])(?P<bare>https?://(?:[^\s<>()\[\]\"'`|*]|\([^\s<>()\"'`|]*\))+)",
    re.MULTILINE | re.DOTALL,
)
# bytes of a picture are no words: Google writes them below a text, others where it stands
_PICTURE = re.compile(r"(?<=[(<:\s])data:[\w.+-]+/[\w.+-]+;base64,([A-Za-z0-9+/=]+)")
_BLANKS = "".join(map(chr, (9, 10, 13, 32, 0xA0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)))
_BEHIND = ".,;:!?_~"  # of an address in a sentence


def read_markdown(content: bytes) -> Canonical:
    """Read a Markdown file."""
    text, flags = decoded(content)
    matter = split_front_matter(text)
    body = _PICTURE.sub(_stub, matter.body.strip("\n"))
    titles = (one["title"] or one["underlined"] for one in _HEADING.finditer(body))
    canonical = Canonical(
        text=body,
        title=matter.value("title") or next((stripped(one) for one in titles if one), None),
        authors=matter.values("author", "authors"),
        fields=matter.fields,
        links=markdown_links(body),
        flags=flags | matter.flags,
    )
    canonical.created_at = matter.time("created", "created_at", "date")
    canonical.updated_at = matter.time("updated", "updated_at", "modified", "last_modified")
    return canonical


def stripped(title: str) -> str:
    """Return a title without blanks at its ends, of which some cannot be seen."""
    return title.strip(_BLANKS)


def _stub(picture: re.Match[str]) -> str:
    with suppress(ValueError):
        content = base64.b64decode(picture[1] + "=" * (-len(picture[1]) % 4))
        return f"sha256:{hashlib.sha256(content).hexdigest()}"
    return "sha256:not-there"


def markdown_links(text: str) -> list[Link]:
    """Return the links of a Markdown text with their spans."""
    found = []
    for match in _LINK.finditer(text):
        kind = match.lastgroup
        if kind in ("target", "referred"):
            label = match["label"] if kind == "target" else match["name"]
            found.append(Link(match.start(), match.end(), label or "", match[kind]))
        elif match["note"]:  # of a vault: by the name of a note, wherever it lies
            label, name = match["called"] or match["note"], match["note"].strip()
            found.append(Link(match.start(), match.end(), label, f"[[{name}]]"))
        elif kind in ("auto", "bare"):
            target = match[kind].rstrip(_BEHIND) if kind == "bare" else match[kind]
            end = match.start() + len(target) if kind == "bare" else match.end()
            found.append(Link(match.start(), end, target, target))
    return found
