"""Objects out of the lake's store of blobs, by what a sighting says of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.delimited import rows_of
from ingestion.lakehouse.objects import ObjectLost, Store, object_store
from ingestion.lakehouse.sql_text import literal


def content_of(blob_hash: str, locator: str, store: Store | None = None) -> bytes:
    """Return the bytes of an object: a whole blob, a part of its JSON, or a record of its CSV.

    Raises:
        ObjectLost: the blob is not there, is damaged, or has nothing at that place.
    """
    return _part((store or object_store()).get(blob_hash), blob_hash, locator)


def _part(content: bytes, blob_hash: str, locator: str) -> bytes:
    try:
        if locator.startswith("row="):
            rows = rows_of(content)
            record = dict(zip(rows[0], rows[int(locator[4:])], strict=False))
            return orjson.dumps(record, option=orjson.OPT_INDENT_2)
        if not locator.startswith("/"):
            return content
        return orjson.dumps(pointed(json_of(content), locator), option=orjson.OPT_INDENT_2)
    except (LookupError, ValueError, TypeError, csv.Error) as error:
        raise ObjectLost(f"{blob_hash} has nothing at {locator}: {error}") from None


def pointed(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer names."""
    for part in pointer.split("/")[1:]:
        document = document[int(part) if isinstance(document, list) else part]
    return document


def not_read_back(places: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return (blob, locator, why) of the places that cannot be read."""
    store, wrong = object_store(), []
    kept = lru_cache(maxsize=8)(store.get)
    for blob_hash, locator in sorted(places):
        try:
            _part(kept(blob_hash), blob_hash, locator)
        except ObjectLost as error:
            wrong.append((blob_hash, locator, str(error)))
    return wrong


def as_query(wrong: Iterable[tuple[str, str, str]]) -> str:
    """Return the query that gives what cannot be read, for a gate."""
    rows = ", ".join(f"({', '.join(literal(part) for part in one)})" for one in wrong)
    values = rows or "(cast(null as varchar), cast(null as varchar), cast(null as varchar))"
    query = f"select * from (values {values}) as wrong (blob_hash, locator, error)"
    return query if rows else f"{query} where false"
