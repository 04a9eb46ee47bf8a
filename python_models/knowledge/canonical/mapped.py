"""Records of an API as documents: what a declaration says of their fields."""

from __future__ import annotations

from typing import Any

from ingestion.knowledge.api import Resource, fields_of, text_at, texts_at
from ingestion.knowledge.times import moment
from python_models.knowledge.canonical.html import read_html
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.types import Canonical


def read_mapped(record: dict[str, Any], asked: Resource, zone: str) -> Canonical:
    """Read a record: its title, then its texts, one below the other."""
    said, title = asked.object, text_at(record, asked.object.title)
    parts = [one.replace("\r\n", "\n") for one in texts_at(record, said.text)]
    if said.format == "html":
        parts = [read_html(one.encode()).text for one in parts]
    text = "\n\n".join(part.strip("\n") for part in parts if part.strip())
    if title and said.format != "text" and not text.startswith("# "):
        text = f"# {title}\n\n{text}".rstrip()
    changed = asked.endpoint.incremental
    updated = said.updated or (changed.cursor_path if changed else None)
    return Canonical(
        text=text or title,
        title=title or None,
        authors=list(texts_at(record, said.author)),
        fields=list(fields_of(record, said)),
        links=markdown_links(text),
        created_at=moment(text_at(record, said.created), zone),
        updated_at=moment(text_at(record, updated), zone),
    )
