"""Exports of Linear: one CSV with an issue in each record."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from ingestion.knowledge.containers import Member
from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.delimited import rows_of
from ingestion.knowledge.exports.folder import whole_file
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import moment


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield the issues of an export."""
    known: dict[str, str] = {}  # content by id: of a delivery in several files, too
    for file in files:
        if file.suffix == ".csv":
            yield from _issues(file, reading, known)
        else:
            yield whole_file(file, reading, "attachment")


def records_of(content: bytes) -> list[dict[str, str]]:
    """Return the records of a CSV file, in order; a missing cell is empty.

    Raises:
        ValueError: bytes of it are damaged, or it is no CSV.
    """
    try:
        if "encoding damaged" in decoded(content)[1]:
            raise ValueError("a byte of its UTF-8 was lost")
        rows = rows_of(content, strict=True)
    except csv.Error as error:
        if "end of data" in str(error):  # what an open quote swallowed are other issues
            raise ValueError("a quote is not closed; the file was cut") from None
        rows = rows_of(content)
    header, *records = rows or [[]]
    return [dict(zip_longest(header, row[: len(header)], fillvalue="")) for row in records]


def _issues(file: Member, reading: Reading, known: dict[str, str]) -> Iterator[Seen | Refused]:
    try:
        records = records_of(file.content)
    except ValueError as error:
        yield Refused(file.path, "bad_csv", f"the table cannot be read: {error}", is_hole=True)
        return
    blob_hash, zone = reading.put(file.content), reading.declaration.zone
    site = reading.declaration.site.rstrip("/") or "https://linear.app"
    for number, record in enumerate(records, start=1):
        identifier = record.get("ID", "").strip()
        native_id = record.get("UUID", "").strip() or identifier
        kept = {name: value for name, value in record.items() if name not in reading.volatile}
        said = json.dumps(kept, sort_keys=True, ensure_ascii=False)
        if not native_id:
            yield Refused(file.path, "no_id", "an issue has no ID", said, number)
            continue
        if known.setdefault(native_id, said) != said:
            why = f"the export has another record of {native_id}; the first one holds"
            yield Refused(file.path, "repeated_id", why, said, number)
            continue
        yield Seen(
            native_id=native_id,
            kind="issue",
            title=record.get("Title", "").strip() or identifier,
            blob_hash=blob_hash,
            locator=f"row={number}",
            content_hash=hashlib.sha256(said.encode("utf-8", "replace")).hexdigest(),
            size=len(said.encode("utf-8", "replace")),
            state="archived" if record.get("Archived", "").strip() else "seen",
            uri=f"{site}/issue/{identifier}",
            parent=record.get("Parent issue", "").strip() or None,
            created_at=moment(record.get("Created"), zone),
            updated_at=moment(record.get("Updated"), zone),
        )
