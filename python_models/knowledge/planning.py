"""Which documents there are, and from when to when: out of the versions of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from python_models.knowledge.reading import NEVER_DOCUMENTS, version_of
from python_models.knowledge.talks import planned_talks

Row = dict[str, Any]


def planned_documents(versions: Iterable[Row]) -> Iterator[Row]:
    """Yield one row per document version and interval in which it was in force."""
    messages: list[Row] = []
    for row in versions:
        if row["kind"] == "message":
            messages.append(row)
        elif row["kind"] not in NEVER_DOCUMENTS:
            part = [row["native_id"], row["blob_hash"], row["locator"]]
            yield _versioned(row) | {
                "made_from": json.dumps([row["object_id"]]),
                "parts": json.dumps([part]),
            }
    for row in planned_talks(messages):
        yield _versioned(row)


def _versioned(row: Row) -> Row:
    return row | {"version": version_of(row["content_hash"])}
