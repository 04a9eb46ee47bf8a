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
# fields of a medium that hold it, as Hugging Face's image and audio columns name them
_WITHIN = ("array", "bytes", "data")


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
        told["media"] = [
            _medium(one) for one in sorted(metadata["media"], key=lambda one: str(one["kind"]))
        ]
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
        if name not in LABELS or value is None or value in ("", [], {}):
            continue
        told = as_json(value) if isinstance(value, list | dict) else str(value).strip().casefold()
        if name in ("label", "labels") or told.removesuffix(".0") not in ("1", "true"):
            found.append([name, told])
    return sorted(found)


def _medium(one: dict[str, Any]) -> str:
    """A medium by its path and what came along: files may share a name, or have none."""
    fields = one.get("fields") or {}
    if one["path"] is not None:
        fields = {key: fields[key] for key in _WITHIN if key in fields}
    return f"{one['kind']} {one['path']}" + (f" {as_json(fields)}" if fields else "")


def _call(call: Any) -> Any:
    named = named_call(call)
    return call if named is None else [named["name"], named["arguments"]]
