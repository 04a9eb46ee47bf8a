"""Incident reports: Markdown with or without front matter, known by their id or their path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import TEXTS, header_of, whole_file
from ingestion.knowledge.seen import Reading, Refused, Seen

IDS = ("id", "incident_id", "incident")


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield the reports of an export; a broken header is refused, not the report below it."""
    paths: dict[str, str] = {}  # by id
    for file in files:
        if file.suffix not in TEXTS:
            yield whole_file(file, reading, "attachment")
            continue
        matter, refused = header_of(file)
        yield from refused
        native_id = matter.value(*IDS)
        if native_id and paths.setdefault(native_id, file.path) != file.path:
            why = f"{paths[native_id]} has the id {native_id!r} too; this one is known by its path"
            yield Refused(file.path, "repeated_id", why)
            native_id = None
        yield whole_file(file, reading, "incident", native_id)
