"""`python -m ingestion.news.opml FILE --to FOLDER`: declare the feeds a reader's OPML names."""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from lxml import etree
from pydantic import ValidationError

from ingestion.lakehouse.output import say
from ingestion.lakehouse.scrubbing import holds_credentials
from ingestion.lakehouse.settings import SettingsError, told
from ingestion.news.declaration import FEEDS, Feed
from ingestion.news.feeds.decoding import decode
from ingestion.news.feeds.document import parse_document
from ingestion.news.feeds.found import Refused
from ingestion.news.links import site_of, url_key

_LONGEST = 60  # characters of a feed's name
_KINDS = {"rss", "atom", "rdf", "json", "jsonfeed", ""}  # `type` of an outline that is a feed


@dataclass
class Imported:
    """What an OPML file gives."""

    feeds: list[dict[str, Any]] = field(default_factory=list)  # declarations
    left_out: list[str] = field(default_factory=list)  # a sentence each


def read_opml(content: bytes, known: Iterable[tuple[str, str]] = ()) -> Imported:
    """Return declarations of the feeds an OPML document names, in its order.

    Args:
        content: the document.
        known: name and address of feeds that are declared already.

    Raises:
        SettingsError: it is no OPML.
    """
    try:
        root, _ = parse_document(decode(content).text)
    except Refused as error:
        raise SettingsError(f"The file is not read: {error}") from error
    if root is None or str(root.tag).lower() != "opml":
        raise SettingsError("The file is no OPML: its root is not <opml>.")
    found = Imported()
    names, keys = set(), set()
    for name, address in known:
        names.add(name)
        keys.add(url_key(address))
    for outline, folders in _outlines(root):
        address = (outline.get("xmlUrl") or "").strip()
        title = (outline.get("title") or outline.get("text") or "").strip()
        if why := _unfit(outline, address, keys):
            found.left_out.append(f"{title or address}: {why}")
            continue
        keys.add(url_key(address))
        name = _name(title or site_of(address.split("/")[2]), names)
        names.add(name)
        found.feeds.append(_declaration(name, title, address, folders))
    return found


def _unfit(outline: etree._Element, address: str, keys: set[str | None]) -> str | None:
    """Return why an outline is not declared; None: it is."""
    if (outline.get("type") or "").lower() not in _KINDS:
        return f"it is of type {outline.get('type')}"
    if url_key(address) is None:
        return "its address is no web address"
    if holds_credentials(address):
        return "its address holds a name and a password; declare it with ${VARIABLE} yourself"
    return "its address is declared already" if url_key(address) in keys else None


def _outlines(root: etree._Element) -> Iterator[tuple[etree._Element, list[str]]]:
    """Yield the outlines with a feed's address and the titles of the folders around each."""
    for outline in root.iter():
        if str(outline.tag).lower() == "outline" and outline.get("xmlUrl") is not None:
            around = [one for one in outline.iterancestors() if str(one.tag).lower() == "outline"]
            yield outline, [str(one.get("title") or one.get("text") or "") for one in around[::-1]]


def _declaration(name: str, title: str, address: str, folders: list[str]) -> dict[str, Any]:
    categories = [slug for folder in folders if (slug := _slug(folder))]
    found: dict[str, Any] = {"feed": name, "name": title, "url": address}
    if categories:
        found["categories"] = categories
    try:
        Feed.model_validate(found)
    except ValidationError as error:
        raise SettingsError(f"{title or address} cannot be declared: {error}") from error
    return found


def _slug(text: str) -> str:
    """Return a text as lower case ASCII letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _name(title: str, taken: set[str]) -> str:
    slug = _slug(title) or "feed"
    slug = slug if slug[0].isalpha() else f"feed_{slug}"
    name, count = slug[:_LONGEST].rstrip("_"), 1
    while name in taken:
        count += 1
        end = f"_{count}"
        name = f"{slug[: _LONGEST - len(end)].rstrip('_')}{end}"
    return name


def main(arguments: list[str] | None = None) -> int:
    """Write the declarations; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.news.opml", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--to", type=Path, default=Path("feeds"), help="a folder")
    options = parser.parse_args(arguments)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise SettingsError(f"OPML={options.file} cannot be read: {error.strerror}.") from error
    declared = FEEDS.read_all([])
    known = [(name, entry.declaration.url) for name, entry in declared.items()]
    found = read_opml(content, known)
    for line in found.left_out:
        say(f"left out: {line}")
    if found.feeds:
        path = options.to / f"{_slug(options.file.stem) or 'feeds'}.yml"
        options.to.mkdir(parents=True, exist_ok=True)
        _write(path, found.feeds)
        say(f"{path}: {len(found.feeds)} feeds; name the folder in SLUICE_SOURCES, and ask one "
            f"with: make news-check SOURCE={found.feeds[0]['feed']}")  # fmt: skip
    else:
        say("Nothing to declare.")
    return 0


def _write(path: Path, feeds: list[dict[str, Any]]) -> None:
    if path.exists():
        raise SettingsError(f"{path} exists; move it away, or name another folder with TO=.")
    text = yaml.safe_dump({"feeds": feeds}, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(told(main))
