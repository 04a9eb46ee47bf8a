"""Readers of exports, one per kind of source: `read(files, reading)` yields what it saw."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator

from ingestion.knowledge.containers import Member
from ingestion.knowledge.seen import Reading, Refused, Seen, SeenTogether


def read_export(
    files: Iterable[Member], reading: Reading
) -> Iterator[Seen | SeenTogether | Refused]:
    """Yield the objects of an export, or of what an API said, by the reader of its kind."""
    asked = reading.declaration
    name = f"{asked.kind}_api" if asked.endpoint else asked.kind
    module = importlib.import_module(f"{__name__}.{name}")
    found: Iterator[Seen | SeenTogether | Refused] = module.read(files, reading)
    return found
