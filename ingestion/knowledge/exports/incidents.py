"""Incident reports: Markdown with or without front matter, known by their id or their path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion.knowledge.containers import Member
from ingestion.knowledge.exports.folder import TEXTS, whole_file
from ingestion.knowledge.front_matter import split_front_matter
from ingestion.knowledge.seen import Reading, Refused, Seen

IDS = ("id", "incident_id", "incident")


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield the reports of an export; a broken header is refused, not the report below it."""
    paths: dict[str, str] = {}  # by id
    for file in files:
        if file.suffix not in TEXTS:
            yield whole_file(file, reading, "attachment")
            continue
        native_id = None
        if file.suffix in (".md", ".markdown", ".mdx"):
            text = file.content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            matter = split_front_matter(text)
            native_id = matter.value(*IDS)
            if "front matter broken" in matter.flags:
                head = text[: len(text) - len(matter.body)]
                yield Refused(file.path, "bad_front_matter", "the header cannot be read", head, 1)
        if native_id and paths.setdefault(native_id, file.path) != file.path:
            why = f"{paths[native_id]} has the id {native_id!r} too; this one is known by its path"
            yield Refused(file.path, "repeated_id", why)
            native_id = None
        yield whole_file(file, reading, "incident", native_id)
