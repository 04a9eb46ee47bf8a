"""Documents out of what sightings name: bytes from the store, text by kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from ingestion.lakehouse.objects import ObjectLost, Store, object_store
from python_models.knowledge.canonical import CANON_VERSION
from python_models.knowledge.canonical.markdown import read_markdown
from python_models.knowledge.canonical.types import Canonical, NoText

Row = dict[str, Any]
NEVER_DOCUMENTS = ("message", "log_file", "attachment")  # of their own


def version_of(content_hash: str) -> str:
    """Return the version of an object with some content, as it is read now."""
    return hashlib.sha256(f"{content_hash}\n{CANON_VERSION}".encode()).hexdigest()[:16]


def read_documents(planned: Iterable[Row], store: Store | None = None) -> Iterator[Row]:
    """Yield one row per planned document; one without text has `failure`, the reason."""
    store = store or object_store()
    for plan in planned:
        try:
            canonical = _canonical(plan, store)
            if not canonical.text.strip():
                raise NoText("empty", "it has no text")
            yield document_row(plan, canonical)
        except (NoText, ObjectLost) as error:
            yield document_row(plan, Canonical(""), failure=str(error))


def _canonical(plan: Row, store: Store) -> Canonical:
    content = store.get(plan["blob_hash"])
    suffix = PurePosixPath(plan["locator"]).suffix.lower()
    if suffix in (".md", ".markdown", ".mdx", ".txt", ".text", ".rst"):
        return read_markdown(content)
    raise NoText("no_reader", f"no reader for {suffix or 'files without ending'}")


def document_row(plan: Row, canonical: Canonical, failure: str | None = None) -> Row:
    """Return the row of a document version."""
    flags = sorted(canonical.flags)
    return {
        **{name: plan[name] for name in PLANNED},
        "title": canonical.title or plan["title"],
        "text": canonical.text,
        "text_hash": hashlib.sha256(canonical.text.encode("utf-8", "replace")).hexdigest(),
        "authors": json.dumps(canonical.authors, ensure_ascii=False),
        "fields": json.dumps(
            [{"name": name, "value": value} for name, value in canonical.fields],
            ensure_ascii=False,
        ),
        "created_at": canonical.created_at or plan["created_at"],
        "updated_at": canonical.updated_at or plan["updated_at"],
        "language": canonical.language,
        "canon_version": CANON_VERSION,
        "flags": json.dumps(flags, ensure_ascii=False),
        "links": _listed(canonical.links),
        "messages": _listed(canonical.messages),
        "failure": failure,
    }


PLANNED = (
    "object_id", "version", "source", "kind", "native_id", "uri", "parent_id", "tier",
    "content_hash", "made_from",
)  # fmt: skip


def _listed(things: list[Any]) -> str:
    return json.dumps([vars(one) for one in things], ensure_ascii=False, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
