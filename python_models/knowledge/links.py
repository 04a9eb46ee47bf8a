"""Links of documents, and the objects they lead to."""

from __future__ import annotations

import json
import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from python_models.knowledge.canonical.html import direct

Row = dict[str, Any]
_NOTION = re.compile(r"([0-9a-f]{32})(?=[^0-9a-f]|$)", re.IGNORECASE)
_NOTION_DASHED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LINEAR = re.compile(r"/issue/([A-Z][A-Z0-9]*-\d+)", re.IGNORECASE)
_SLACK = re.compile(r"/archives/(\w+)/p(\d{10})(\d{1,6})")
_SLACK_CHANNEL = re.compile(r"/archives/(\w+)/?$")
_DRIVE = re.compile(r"/d/([-_\w]{20,})")


class Targets:
    """Objects by what a link may call them."""

    def __init__(self, objects: Iterable[Row]) -> None:
        self._by_native: dict[str, str] = {}
        self._by_path: dict[tuple[str, str], str] = {}
        self._by_ending: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._by_uri: dict[str, str] = {}
        for row in objects:
            native_id = row["native_id"]
            self._by_native[native_id] = row["object_id"]
            self._by_path[row["source"], native_id] = row["object_id"]
            if row["kind"] == "document":
                note = posixpath.splitext(native_id)[0].casefold()
                self._by_name[row["source"], posixpath.basename(note)].append(
                    (note, row["object_id"])
                )
            if "/" in native_id:  # a page that is known by an id does not say where it lies
                ending = "/".join(native_id.split("/")[-2:])
                self._by_ending[row["source"], ending].append((native_id, row["object_id"]))
            if row["kind"] in ("message", "channel"):  # a link does not name the workspace
                self._by_native["/".join(native_id.split("/")[-2:])] = row["object_id"]
                self._by_native.setdefault(native_id.split("/")[-1], row["object_id"])
            if row["kind"] == "issue" and (match := _LINEAR.search(row["uri"] or "")):
                self._by_native.setdefault(match[1].upper(), row["object_id"])
            if row["uri"]:
                self._by_uri[row["uri"]] = row["object_id"]

    def find(self, target: str, document: Row) -> str | None:
        """Return the object a link leads to; None where it leads out of the corpus."""
        if target.startswith("[["):
            return self._note(target[2:-2].casefold(), document)
        address = direct(target)
        if found := self._by_uri.get(address.partition("#")[0].rstrip("/")):
            return found
        for name in _names_of(address):
            if found := self._by_native.get(name):
                return found
        parts = urlsplit(address)
        if parts.scheme or not parts.path:
            return None
        folder = posixpath.dirname(document["native_id"])
        path = posixpath.normpath(
            posixpath.join(folder, unicodedata.normalize("NFC", unquote(parts.path)))
        ).lstrip("/")
        if found := self._by_path.get((document["source"], path)):
            return found
        return self._ending(document["source"], path)

    def _note(self, name: str, document: Row) -> str | None:
        """Return the note of a vault that bears a name: the one nearest, else the only one."""
        listed = self._by_name[document["source"], posixpath.basename(name).removesuffix(".md")]
        path = f"/{name.removesuffix('.md')}"
        found = {note: one for note, one in listed if f"/{note}".endswith(path)}
        folder = posixpath.dirname(document["native_id"]).casefold()
        near = found.get(posixpath.join(folder, name.removesuffix(".md")))
        return near or (next(iter(found.values())) if len(set(found.values())) == 1 else None)

    def _ending(self, source: str, path: str) -> str | None:
        """Return the one file of a source whose path ends with a path of two parts or more."""
        path = re.sub(r"^(?:\.\./)+", "", path)
        listed = self._by_ending.get((source, "/".join(path.split("/")[-2:])), [])
        found = {one for native_id, one in listed if f"/{native_id}".endswith(f"/{path}")}
        return found.pop() if len(found) == 1 and "/" in path else None


def _names_of(address: str) -> Iterator[str]:
    """The native ids that an address may name, the most telling first."""
    if match := _SLACK.search(address):
        yield f"{match[1]}/{match[2]}.{match[3]}"
    elif match := _SLACK_CHANNEL.search(address):
        yield match[1]
    if match := _LINEAR.search(address):
        yield match[1].upper()
    if match := _DRIVE.search(address):
        yield match[1]
    parts = urlsplit(address)
    path = unquote(parts.path)
    if not parts.scheme:  # what lies in the folder of a page is not the page
        path = posixpath.basename(path)
        if posixpath.splitext(path)[1].lower() not in ("", ".md", ".html", ".htm", ".csv"):
            return
    if found := _NOTION.findall(path):
        yield found[-1].lower()
    if found := _NOTION_DASHED.findall(path):
        yield found[-1].replace("-", "").lower()


def link_rows(documents: Iterable[Row], targets: Targets) -> Iterator[Row]:
    """Yield one row per link of documents, numbered in each from 1."""
    for row in documents:
        for ordinal, one in enumerate(json.loads(row["links"]), start=1):
            yield {
                **{name: row[name] for name in ("object_id", "version", "source", "tier")},
                "label": one["label"],
                "target": one["target"],
                "target_object_id": targets.find(one["target"], row),
                "ordinal": ordinal,
                "span_start": one["start"],
                "span_end": one["end"],
            }
