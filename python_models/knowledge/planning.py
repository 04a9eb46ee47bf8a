"""Which documents there are, and from when to when: out of the versions of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from python_models.knowledge.reading import NEVER_DOCUMENTS, version_of

Row = dict[str, Any]


def planned_documents(versions: Iterable[Row]) -> Iterator[Row]:
    """Yield one row per document version and interval in which it was in force."""
    for row in versions:
        if row["kind"] not in NEVER_DOCUMENTS:
            yield {
                **row,
                "version": version_of(row["content_hash"]),
                "made_from": json.dumps([row["object_id"]]),
            }
