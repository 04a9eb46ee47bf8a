"""Exports of Google Docs: docx, HTML with its pictures, or Markdown; known by their path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import TEXTS, header_of, whole_file
from ingestion.knowledge.seen import Reading, Refused, Seen

_FILE_ID = re.compile(r"[-_\w]{25,}")  # of Drive, where the name holds it in brackets


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield the documents of an export."""
    for file in files:
        yield from header_of(file)[1]
        kind = "document" if file.suffix in TEXTS else "attachment"
        seen = whole_file(file, reading, kind, _native_id(file.path))
        if site := reading.declaration.site.rstrip("/"):
            seen.uri = f"{site}/{file.path}"
        yield seen


def _native_id(path: str) -> str:
    """The Drive id in brackets at the end of a name, else the path without its ending."""
    stem = PurePosixPath(path).stem
    if match := re.search(rf"\[({_FILE_ID.pattern})\]$", stem):
        return match[1]
    return path
