"""Documents out of what sightings name: bytes from the store, text by kind."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import orjson

from ingestion.knowledge.api import Resource
from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.exports.folder import MARKDOWN
from ingestion.knowledge.exports.linear import records_of
from ingestion.knowledge.exports.linear_api import as_exported
from ingestion.knowledge.read_back import pointed
from ingestion.knowledge.times import epoch
from ingestion.lakehouse.objects import ObjectLost, object_store
from python_models.knowledge.canonical import CANON_VERSION
from python_models.knowledge.canonical.docx import read_docx
from python_models.knowledge.canonical.html import read_html
from python_models.knowledge.canonical.instructions import tells_the_model
from python_models.knowledge.canonical.language import language_of
from python_models.knowledge.canonical.mapped import read_mapped
from python_models.knowledge.canonical.markdown import read_markdown
from python_models.knowledge.canonical.notion import read_html_page, read_page
from python_models.knowledge.canonical.notion_blocks import (
    read_fetched_database,
    read_fetched_page,
)
from python_models.knowledge.canonical.pdf import read_pdf
from python_models.knowledge.canonical.records import (
    read_channel,
    read_database,
    read_issue,
    read_row,
    read_user,
)
from python_models.knowledge.canonical.slack import Message, Names, read_conversation
from python_models.knowledge.canonical.types import Canonical, NoText

Row = dict[str, Any]
NEVER_DOCUMENTS = ("message", "log_file", "attachment")  # of their own
HTML = (".html", ".htm")
NO_LANGUAGE = ("user", "channel", "log_template")  # names and marks, no prose
PLANNED = (
    "object_id", "version", "source", "kind", "native_id", "uri", "parent_id", "tier",
    "content_hash", "made_from",
)  # fmt: skip


def version_of(content_hash: str) -> str:
    """Return the version of an object with some content, as it is read now."""
    return hashlib.sha256(f"{content_hash}\n{CANON_VERSION}".encode()).hexdigest()[:16]


class Library:
    """Reads documents; what many are made of is parsed once."""

    def __init__(self, declarations: Iterable[Row], people: Iterable[Row]) -> None:
        ordered = sorted(declarations, key=lambda row: row["load_id"])
        self._zones = {row["source"]: row["zone"] for row in ordered}
        self._lists = {
            (row["source"], one["name"]): Resource.model_validate(one)
            for row in ordered
            for one in _lists_of(row)
        }
        self._people = sorted(people, key=lambda row: row["known_from"])
        self._names: dict[str, Names] = {}
        self._store = object_store()
        self._json = lru_cache(maxsize=64)(lambda name: json_of(self._store.get(name)))
        self._csv = lru_cache(maxsize=16)(lambda name: records_of(self._store.get(name)))

    def documents(self, planned: Iterable[Row]) -> Iterator[Row]:
        """Yield one row per planned document; one without text has `failure`, the reason."""
        for plan in planned:
            try:
                canonical = self._read(plan)
                if plan["kind"] == "page" and not canonical.text.strip():
                    canonical.text = f"# {plan['title']}"  # a page may be its title alone
                if not canonical.text.strip():
                    raise NoText("empty", "it has no text")
                if plan["kind"] not in NO_LANGUAGE and not canonical.language:
                    canonical.language = language_of(canonical.text)
                if tells_the_model(canonical.text):
                    canonical.flags.add("instructions")
                yield document_row(plan, canonical)
            except (NoText, ObjectLost) as error:
                yield document_row(plan, Canonical(""), failure=str(error))
            except Exception as error:  # noqa: BLE001  one document's trouble is not another's
                why = f"it cannot be read: {type(error).__name__}: {error}"
                yield document_row(plan, Canonical(""), failure=why)

    def _read(self, plan: Row) -> Canonical:
        parts = json.loads(plan["parts"])
        if plan["kind"] in ("thread", "talk"):
            return read_conversation(self._messages(parts), self.names(plan["source"]))
        _, blob_hash, locator = parts[0]
        zone = self._zones.get(plan["source"]) or "UTC"
        if plan["kind"] == "log_template":  # its text is made of events, not read
            return Canonical(blob_hash, title=plan["title"])
        if plan["kind"] in ("user", "channel"):
            record = pointed(self._json(blob_hash), locator)
            return read_user(record) if plan["kind"] == "user" else read_channel(record)
        if plan["kind"] == "issue" and locator.startswith("/"):
            record = as_exported(pointed(self._json(blob_hash), locator))
            return read_issue(record, zone)
        if plan["kind"] == "issue":
            record = self._csv(blob_hash)[int(locator.removeprefix("row=")) - 1]
            return read_issue(record, zone)
        if plan["kind"] in ("page", "database") and locator.endswith(".json"):
            return _read_fetched(plan, self._json(blob_hash))
        if locator.startswith("/"):  # a record of an API
            asked = self._lists[plan["source"], plan["native_id"].partition("/")[0]]
            record = pointed(self._json(blob_hash), locator)
            return read_mapped(record, asked, zone)
        return _read_file(plan, self._store.get(blob_hash), locator, zone)

    def _messages(self, parts: list[list[str]]) -> Iterator[Message]:
        for native_id, blob_hash, locator in parts:
            record = pointed(self._json(blob_hash), locator)
            edited = record.get("edited")
            edited_at = epoch(edited.get("ts")) if isinstance(edited, dict) else None
            yield Message(native_id, record, epoch(record.get("ts")), edited_at)

    def names(self, source: str) -> Names:
        """Return what the users and channels of a source were called, and when."""
        if source not in self._names:
            users: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
            channels: dict[str, str] = {}
            for row in self._people:
                if row["source"] != source:
                    continue
                key = row["native_id"].rpartition("/")[2]
                if row["kind"] == "user":
                    users[key].append((row["known_from"], row["title"]))
                else:
                    channels[key] = row["title"].removeprefix("#")
            self._names[source] = Names(dict(users), channels)
        return self._names[source]


def _lists_of(declaration: Row) -> list[dict[str, Any]]:
    """Return the lists of an API that a declaration names; of any other source none."""
    said = orjson.loads(declaration.get("declaration") or "{}")
    found: list[dict[str, Any]] = (said.get("api") or {}).get("resources", [])
    return found


def _read_fetched(plan: Row, said: dict[str, Any]) -> Canonical:
    """Read what Notion's API said of a page or a database."""
    if plan["kind"] == "database":
        return read_fetched_database(said, plan["title"])
    return read_fetched_page(said)


def _read_file(plan: Row, content: bytes, locator: str, zone: str) -> Canonical:
    if locator.startswith("row="):
        return read_row(content, int(locator.removeprefix("row=")))
    suffix = PurePosixPath(locator).suffix.lower()
    if plan["kind"] == "database":
        return read_database(content, plan["title"])
    if plan["kind"] == "page" and suffix == ".md":
        return read_page(content, plan["parent_id"] is not None, zone)
    if plan["kind"] == "page" and suffix in HTML:
        return read_html_page(content, zone)
    if suffix in MARKDOWN:
        return read_markdown(content)
    if suffix in HTML:
        return read_html(content)
    if suffix == ".docx":
        return read_docx(content)
    if suffix == ".pdf":
        return read_pdf(content)
    raise NoText("no_reader", f"no reader for {suffix or 'files without ending'}")


def document_row(plan: Row, canonical: Canonical, failure: str | None = None) -> Row:
    """Return the row of a document version."""
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
        "flags": json.dumps(sorted(canonical.flags), ensure_ascii=False),
        "links": _listed(canonical.links),
        "messages": _listed(canonical.messages),
        "failure": failure,
    }


def message_rows(documents: Iterable[Row]) -> Iterator[Row]:
    """Yield one row per message of documents."""
    for row in documents:
        for one in json.loads(row["messages"]):
            yield {
                **{name: row[name] for name in ("object_id", "version", "source", "tier")},
                "native_id": one["native_id"],
                "author": one["author"],
                "reply_to": one["reply_to"],
                "flags": json.dumps(one["flags"]),
                "span_start": one["start"],
                "span_end": one["end"],
                "sent_at": _moment(one["sent_at"]),
                "edited_at": _moment(one["edited_at"]),
            }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _listed(things: list[Any]) -> str:
    return orjson.dumps([vars(one) for one in things]).decode()
