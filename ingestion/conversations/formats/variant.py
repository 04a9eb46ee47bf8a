"""What makes another record of the same words: other images, rejected answers, labels or calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ingestion.conversations.formats.calls import named_call
from ingestion.conversations.formats.labels import LABEL_NAMES, WEIGHT_NAMES
from ingestion.conversations.formats.shape import as_json

# fields of a record or a turn that say whether it is a good one, as `bare` gives names: those that
# are understood, and some that need not be
LABELS = frozenset((*LABEL_NAMES, *WEIGHT_NAMES, "labels", "thumbs", "weights"))


def variant_of(
    metadata: dict[str, Any], record: dict[str, Any], bare: Callable[[str], str]
) -> str | None:
    """Return a digest of what tells a record from others of the same words; None: nothing does.

    Args:
        metadata: what the record carries besides its words.
        record: the record as it came.
        bare: gives a field's name without case and signs.
    """
    told: dict[str, Any] = {}
    if "media" in metadata:
        told["media"] = sorted(f"{one['kind']} {one['path']}" for one in metadata["media"])
    if "preference" in metadata:
        told["rejected"] = metadata["preference"]
    if "tool_calls" in metadata:
        told["calls"] = [
            [note["turn"], [_call(call) for call in note["calls"]]]
            for note in metadata["tool_calls"]
        ]
    labels = _labels(record, bare)
    if labels:
        told["labels"] = labels
    turns = [
        [note["turn"], found]
        for note in metadata.get("turns", ())
        if (found := _labels(note["fields"], bare))
    ]
    if turns:
        told["turns"] = turns
    return hashlib.sha256(as_json(told).encode()).hexdigest()[:16] if told else None


def _labels(fields: dict[str, Any], bare: Callable[[str], str]) -> list[list[Any]]:
    """Labels other than those that everything has: a weight of one, and to be trained on."""
    found = []
    for key, value in fields.items():
        name = bare(key) if isinstance(key, str) else ""
        if name not in LABELS or value is None or value == "":
            continue
        is_label = isinstance(value, bool | int | float | str)
        if is_label and not (name not in ("label", "labels") and value in (1, True, "1", "true")):
            found.append([name, str(value).strip().casefold()])
    return sorted(found)


def _call(call: Any) -> Any:
    named = named_call(call)
    return call if named is None else [named["name"], named["arguments"]]
