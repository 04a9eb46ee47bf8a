"""Any tree of files: every file is an object, known by its path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from ingestion.knowledge.containers import Member, pure
from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.front_matter import FrontMatter, split_front_matter
from ingestion.knowledge.seen import Reading, Refused, Seen

# files that may begin with a header; other texts, and all else, have none
MARKDOWN = (".md", ".markdown", ".mdx", ".txt", ".text", ".rst")
# files with words in them; any other is an attachment, of which only the name is told
TEXTS = (*MARKDOWN, ".html", ".htm", ".docx", ".pdf")


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield every file of an export."""
    for file in files:
        yield from header_of(file)[1]
        yield whole_file(file, reading, "document" if file.suffix in TEXTS else "attachment")


def header_of(file: Member) -> tuple[FrontMatter, list[Refused]]:
    """Return what a file's header says, and its refusal where it says it badly."""
    if file.suffix not in MARKDOWN:
        return FrontMatter(""), []
    text, _ = decoded(file.content)
    matter = split_front_matter(text)
    if matter.fault is None:
        return matter, []
    head = text[: len(text) - len(matter.body)] or text[:2000]
    return matter, [Refused(file.path, *matter.fault, head, 1)]


def whole_file(file: Member, reading: Reading, kind: str, native_id: str | None = None) -> Seen:
    """Keep a file, and return it as the object it is."""
    name = reading.put(file.content)
    path = pure(file.path)
    parent = path.parent.as_posix()
    return Seen(
        native_id=native_id or file.path,
        kind=kind,
        title=path.stem,
        blob_hash=name,
        locator=file.path,
        content_hash=_content_hash(name, file.path),
        size=len(file.content),
        uri=file.path,
        parent=None if parent == "." else parent,
        updated_at=file.modified_at,
    )


def _content_hash(blob_hash: str, path: str) -> str:
    """A file's name says its title: a page that is renamed is another version."""
    title = pure(path).name
    return hashlib.sha256(f"{blob_hash}\n{title}".encode(errors="replace")).hexdigest()
