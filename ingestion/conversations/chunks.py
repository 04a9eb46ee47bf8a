"""Standardise some records of a file and write them as Parquet: the work that is shared out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.conversations.formats import (
    Standardised,
    Unstandard,
    Wishes,
    standardise,
    token_estimate,
)
from ingestion.conversations.formats.shape import HALF_CHARACTER, as_json
from ingestion.conversations.json_stream import Bad
from ingestion.conversations.payload import Payload, Wrapped
from ingestion.conversations.schema import TABLES
from ingestion.landing.rejecting import MAX_TEXT, Provenance, Reject


@dataclass(frozen=True)
class Chunk:
    """Records of one file from `first_number` on, and where their Parquet files go."""

    payloads: Sequence[Payload]
    first_number: int
    origin: Provenance
    wishes: Wishes
    folder: Path


@dataclass
class Done:
    """What became of a chunk."""

    accepted: int = 0
    rejects: list[Reject] = field(default_factory=list)
    parts: list[tuple[str, str, int]] = field(default_factory=list)  # (table, Parquet file, rows)


class _Rows:
    """The rows of a chunk's two tables, without what is the same in all of them."""

    def __init__(self) -> None:
        self.records: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []


def standardise_chunk(chunk: Chunk) -> Done:
    """Standardise a chunk; every payload is either accepted or a reject."""
    done, rows = Done(), _Rows()
    for number, payload in enumerate(chunk.payloads, start=chunk.first_number):
        try:
            record, raw = _decoded(payload)
            found = standardise(record, wishes=chunk.wishes)
            if isinstance(payload, Wrapped):
                found.metadata = payload.around | found.metadata
            _take(rows, chunk, number, found, raw)
            done.accepted += 1
        except Unstandard as error:
            done.rejects.append(Reject(number, None, error.reason, str(error), _shown(payload)))
        except RecursionError:
            told = "the record is nested too deeply"
            done.rejects.append(Reject(number, None, "too_deep", told, _shown(payload)))
        except Exception as error:  # noqa: BLE001  one record must not end a file of millions
            told = f"the record could not be understood: {type(error).__name__}: {error}"
            done.rejects.append(Reject(number, None, "not_understood", told, _shown(payload)))
    if done.accepted:
        done.parts = _write(rows, chunk)
    return done


def _decoded(payload: Payload) -> tuple[Any, str]:
    """Return the record and its text.

    Raises:
        Unstandard: it is no JSON, or cannot be stored.
    """
    if isinstance(payload, Bad):
        raise Unstandard(payload.reason, payload.error)
    if isinstance(payload, Wrapped):
        payload = payload.text
    if isinstance(payload, bytes):
        try:
            return orjson.loads(payload), payload.decode()
        except (orjson.JSONDecodeError, UnicodeDecodeError):
            return _tolerated(payload)
    return payload, as_json(payload)


def _tolerated(payload: bytes) -> tuple[Any, str]:
    """JSON with what strict readers refuse and Python writes: NaN, bare line ends in texts."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise Unstandard("bad_encoding", "the record is not UTF-8") from None
    try:
        record = json.loads(text, strict=False)
        shown = json.dumps(record, ensure_ascii=False)
    except ValueError as error:
        raise Unstandard("bad_json", f"this is not JSON: {error}") from None
    if HALF_CHARACTER.search(shown):
        raise Unstandard("bad_encoding", "the record holds half a character (a lone surrogate)")
    return record, shown


# the columns a row holds, in the order of the tuples of `_Rows`
_RECORD = ("record_number", "record_id", "conversation_id", "format", "confidence", "turn_count",
           "created_at", "metadata", "raw")  # fmt: skip
_MESSAGE = ("record_id", "conversation_id", "turn", "role", "content", "token_estimate")
_FEW_VALUES = ["load_id", "source", "source_file", "file_hash", "format", "role"]


def _take(rows: _Rows, chunk: Chunk, number: int, found: Standardised, raw: str) -> None:
    origin = chunk.origin
    messages = found.messages
    conversation = found.conversation_id
    record_id = hashlib.sha256(
        f"{origin.source}\0{origin.file_hash}\0{number}".encode()
    ).hexdigest()[:32]
    rows.records.append(
        (
            number, record_id, conversation, found.format, found.confidence, len(messages),
            found.created_at, as_json(found.metadata) if found.metadata else "{}", raw,
        )
    )  # fmt: skip
    rows.messages += [
        (record_id, conversation, turn, role, content, token_estimate(content))
        for turn, (role, content) in enumerate(messages)
    ]


def _write(rows: _Rows, chunk: Chunk) -> list[tuple[str, str, int]]:
    parts = []
    for name, names, held in (
        ("records", _RECORD, rows.records),
        ("messages", _MESSAGE, rows.messages),
    ):
        shape, origin = TABLES[name], vars(chunk.origin)
        columns = dict(zip(names, zip(*held, strict=True), strict=True))
        arrays = [
            pa.array(columns[field.name], field.type)
            if field.name in columns
            else pa.repeat(pa.scalar(origin[field.name], field.type), len(held))
            for field in shape
        ]
        target = chunk.folder / f"{name}-{chunk.first_number:010}.parquet"
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=shape),
            target,
            compression="snappy",
            row_group_size=122_880,
            use_dictionary=[field.name for field in shape if field.name in _FEW_VALUES],
        )
        parts.append((name, str(target), len(held)))
    return parts


def _shown(payload: Payload) -> str:
    if isinstance(payload, Bad):
        return payload.text
    if isinstance(payload, Wrapped):
        payload = payload.text
    if isinstance(payload, bytes):
        return payload[: MAX_TEXT * 4].decode("utf-8", "backslashreplace")[:MAX_TEXT]
    if isinstance(payload, str):
        return payload[:MAX_TEXT]
    try:
        return as_json(payload)[:MAX_TEXT]
    except Unstandard:
        return repr(payload)[:MAX_TEXT]
