"""Exports of Notion: pages as Markdown or HTML, databases as CSV, with ids in their names."""

from __future__ import annotations

import csv
import hashlib
import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ingestion.knowledge.containers import Member, pure
from ingestion.knowledge.delimited import rows_of
from ingestion.knowledge.exports.folder import whole_file
from ingestion.knowledge.seen import Reading, Refused, Seen

PAGES = (".md", ".html", ".htm")
_ID = re.compile(
    r"(?:^|[ _-])([0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})(?=$|[_.])", re.IGNORECASE
)
_COPY = re.compile(r" ?\(\d+\)$")  # what a browser adds to a name it has already
_ALL = re.compile(r"_all$")
_HEADING = re.compile(r"\A\ufeff?# (.+)|<title>([^<]*)</title>")


@dataclass
class _Export:
    """What an export says of its tree."""

    titles: dict[str, Counter[str]] = field(default_factory=dict)  # of pages, by folder
    databases: dict[str, list[tuple[Member, str]]] = field(default_factory=dict)  # by native id
    folders: dict[str, set[str]] = field(default_factory=dict)  # whose pages lie there, by path

    def note(self, path: str, native_id: str) -> None:
        """Note where pages below one lie: newer exports leave its id off its folder's name."""
        self.folders.setdefault(_without_id(path), set()).add(native_id)

    def parent(self, path: str) -> str | None:
        """The nearest folder of a path that is a page's or a database's."""
        for folder in pure(path).parents:
            if found := notion_id(folder.name):
                return found
            if len(owners := self.folders.get(folder.as_posix(), ())) == 1:
                return next(iter(owners))
        return None


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield pages, databases, rows of databases that have no page, and attachments."""
    export, placed = _Export(), list[tuple[Seen, str]]()
    for file in files:
        if file.suffix == ".csv" and (native_id := notion_id(_ALL.sub("", _stem(file.path)))):
            export.databases.setdefault(native_id, []).append((file, reading.put(file.content)))
            export.note(file.path, native_id)
            continue
        if file.name == "index.html":  # the table of contents of an export
            continue
        native_id = notion_id(_stem(file.path)) if file.suffix in PAGES else None
        if native_id in export.databases:  # its table as HTML, beside the CSV
            continue
        seen = whole_file(file, reading, "page" if native_id else "attachment", native_id)
        if native_id:
            export.note(file.path, native_id)
            seen = _page(seen, file, reading)
            folder = pure(file.path).parent.as_posix()
            export.titles.setdefault(folder, Counter())[_folded(_heading(file) or seen.title)] += 1
            if pure(file.path).parent.name and not notion_id(pure(file.path).parent.name):
                placed.append((seen, file.path))  # the page of its folder may lie in a later part
                continue
        yield seen
    for seen, path in placed:
        seen.parent = export.parent(path)
        yield seen
    for native_id, tables in export.databases.items():
        yield from _database(native_id, tables, export, reading)


def notion_id(stem: str) -> str | None:
    """Return the id that a name of an export ends with."""
    found: list[str] = _ID.findall(_COPY.sub("", stem.replace("%20", " ")))
    return found[-1].lower().replace("-", "") if found else None


def _stem(path: str) -> str:
    return pure(path).stem


def _page(seen: Seen, file: Member, reading: Reading) -> Seen:
    assert seen.native_id
    title = re.sub(_ID, "", _stem(file.path)).strip() or "Untitled"
    site = reading.declaration.site.rstrip("/") or "https://www.notion.so"
    seen.title, seen.uri = title, f"{site}/{seen.native_id}"
    seen.parent = notion_id(pure(file.path).parent.name)
    seen.content_hash = hashlib.sha256(f"{seen.blob_hash}\n{title}".encode()).hexdigest()
    return seen


def _without_id(path: str) -> str:
    """The path of a page or a table as that of the folder in which its pages lie."""
    found = pure(path)
    return (found.parent / re.sub(_ID, "", _ALL.sub("", found.stem)).rstrip()).as_posix()


def _database(
    native_id: str, tables: list[tuple[Member, str]], export: _Export, reading: Reading
) -> Iterator[Seen | Refused]:
    """A database once, and those of its rows that are no page; `_all.csv` has every row."""
    file, blob_hash = max(tables, key=lambda one: (bool(_ALL.search(_stem(one[0].path))), one[1]))
    title = re.sub(_ID, "", _ALL.sub("", _stem(file.path))).strip()
    site = reading.declaration.site.rstrip("/") or "https://www.notion.so"
    seen = Seen(
        native_id=native_id,
        kind="database",
        title=title or "Untitled",
        blob_hash=blob_hash,
        locator=file.path,
        content_hash=blob_hash,
        size=len(file.content),
        uri=f"{site}/{native_id}",
        parent=export.parent(file.path),
    )
    yield seen
    path = PurePosixPath(_ALL.sub("", file.path[: -len(file.suffix)]))
    folders = {path.as_posix(), re.sub(_ID, "", path.as_posix()).rstrip()}
    known = sum((export.titles.get(folder, Counter()) for folder in folders), Counter())
    yield from _rows_without_page(seen, file, known)


def _rows_without_page(
    database: Seen, file: Member, known: Counter[str]
) -> Iterator[Seen | Refused]:
    """The rows of a table less its pages, `known` by title: two rows may bear the same."""
    try:
        rows = rows_of(file.content)
    except csv.Error as error:
        yield Refused(file.path, "bad_csv", f"the table cannot be read: {error}")
        return
    times: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=1):
        title = row[0].strip() if row else ""
        if not any(cell.strip() for cell in row):
            continue
        if known[_folded(title)] > 0:
            known[_folded(title)] -= 1
            continue
        times[title] = times.get(title, 0) + 1
        record = "\x1f".join(row)
        yield Seen(
            native_id=f"{database.native_id}/{title}/{times[title]}",
            kind="page",
            title=title or "Untitled",
            blob_hash=database.blob_hash,
            locator=f"row={number}",
            content_hash=hashlib.sha256(record.encode()).hexdigest(),
            size=len(record.encode()),
            uri=database.uri,
            parent=database.native_id,
        )


def _folded(title: str) -> str:
    """A title as it is compared: one in the name of a file lacks marks, and none is `Untitled`."""
    return re.sub(r"\W+", "", title or "Untitled").casefold()[:200]


def _heading(file: Member) -> str | None:
    """The title that a page's content begins with: that of its name is cut where it is long."""
    match = _HEADING.search(file.content[:4096].decode("utf-8", "replace"))
    found = next((html.unescape(one).strip() for one in match.groups() if one), "") if match else ""
    return found or None
