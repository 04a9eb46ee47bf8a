"""What a file of conversations would become, record by record, without landing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from ingestion.conversations.decoding import Dialect, records
from ingestion.conversations.formats import Message, Unstandard, standardise
from ingestion.conversations.json_stream import Bad
from ingestion.conversations.payload import Payload, Wrapped

RECORDS_SHOWN = 5_000


@dataclass(frozen=True)
class Previewed:
    """One record: what it was recognised as, or why it would be rejected."""

    record_number: int
    format: str | None
    confidence: float | None
    conversation_id: str | None
    messages: tuple[Message, ...]
    reason: str | None = None
    error: str | None = None


def preview(
    path: Path, name: str, limit: int | None = RECORDS_SHOWN, hint: str | None = None
) -> Iterator[Previewed]:
    """Yield what becomes of each record of a file.

    Args:
        path: the file.
        name: what it was called where it came from; its ending may say how to read it.
        limit: most records that are looked at; None for all.
        hint: format of its records, when it is known.

    Raises:
        Unreadable: the whole file cannot be used.
    """
    for number, payload in enumerate(islice(records(path, name, Dialect()), limit), start=1):
        yield _of_one(number, payload, hint)


def _of_one(number: int, payload: Payload, hint: str | None) -> Previewed:
    if isinstance(payload, Bad):
        return _rejected(number, payload.reason, payload.error)
    if isinstance(payload, Wrapped):
        payload = payload.text
    try:
        record = orjson.loads(payload) if isinstance(payload, bytes) else payload
    except orjson.JSONDecodeError as error:
        return _rejected(number, "bad_json", str(error))
    try:
        found = standardise(record, hint)
    except Unstandard as error:
        return _rejected(number, error.reason, str(error))
    return Previewed(
        number, found.format, found.confidence, found.conversation_id, tuple(found.messages)
    )


def _rejected(number: int, reason: str, error: str) -> Previewed:
    return Previewed(number, None, None, None, (), reason, error)
