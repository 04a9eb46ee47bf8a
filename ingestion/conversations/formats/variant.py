"""What makes another record of the same words: other images, rejected answers, labels or calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from ingestion.conversations.formats.calls import named_call
from ingestion.conversations.formats.labels import (
    LABEL_NAMES,
    WEIGHT_NAMES,
    as_label,
    as_weight,
)
from ingestion.conversations.formats.shape import Message, as_json

# fields of a record or a turn that say whether it is a good one, as `bare` gives names: those that
# are understood, and some that need not be
LABELS = frozenset((*LABEL_NAMES, *WEIGHT_NAMES, "labels", "thumbs", "weights"))
# fields of a medium that hold it, as Hugging Face's image and audio columns name them
_WITHIN = ("array", "bytes", "data")


def variant_of(
    metadata: dict[str, Any],
    messages: Sequence[Message],
    record: dict[str, Any],
    bare: Callable[[str], str],
) -> str | None:
    """Return a digest of what tells a record from others of the same words; None: nothing does.

    Args:
        metadata: what the record carries besides its words.
        messages: its turns.
        record: the record as it came.
        bare: gives a field's name without case and signs.
    """
    told: dict[str, Any] = {}
    if "media" in metadata:
        told["media"] = [
            _medium(one) + _place(one, messages)
            for one in sorted(metadata["media"], key=lambda one: str(one["kind"]))
        ]
    if "preference" in metadata:
        told["rejected"] = metadata["preference"]
    if "tool_calls" in metadata:
        told["calls"] = [
            [note["turn"], [_call(call) for call in note["calls"]]]
            for note in metadata["tool_calls"]
        ]
    if weights := metadata.get("training", {}).get("weights"):
        told["weights"] = [[one["turn"], one["weight"]] for one in weights]
    labels = _labels(record, bare)
    if labels:
        told["labels"] = labels
    turns = [
        [note["turn"], found]
        for note in metadata.get("turns", ())
        if (found := [one for one in _labels(note["fields"], bare) if one[0] not in WEIGHT_NAMES])
    ]
    if turns:
        told["turns"] = turns
    return hashlib.sha256(as_json(told).encode()).hexdigest()[:16] if told else None


def _labels(fields: dict[str, Any], bare: Callable[[str], str]) -> list[list[Any]]:
    """Labels, however they are spelt, but for the weights of answers: those are read already."""
    found = {}
    for key, value in fields.items():
        name = bare(key) if isinstance(key, str) else ""
        if name not in LABELS or value is None or value in ("", [], {}):
            continue
        if name in WEIGHT_NAMES and as_weight(value) in (0, 1):
            continue
        label = as_label(name, value) if name in LABEL_NAMES else None
        if label is None:
            found[name] = _spelt(value)
        else:
            found["label"] = str(label)
    return [[name, told] for name, told in sorted(found.items())]


def _spelt(value: Any) -> str:
    """A label that is not understood, in one of its spellings."""
    if isinstance(value, list | dict):
        return as_json(value)
    return str(value).strip().casefold().removesuffix(".0")


def _medium(one: dict[str, Any]) -> str:
    """A medium by its path and what came along: files may share a name, or have none."""
    fields = one.get("fields") or {}
    if one["path"] is not None:
        fields = {key: fields[key] for key in _WITHIN if key in fields}
    return f"{one['kind']} {one['path']}" + (f" {as_json(fields)}" if fields else "")


def _place(one: dict[str, Any], messages: Sequence[Message]) -> str:
    """The turn a medium belongs to, where neither its text nor custom says it: the first one."""
    asked = next((at for at, said in enumerate(messages) if said.role == "user"), 0)
    turn = one.get("turn", asked)
    if turn == asked or turn >= len(messages) or f"<{one['kind']}>" in messages[turn].content:
        return ""
    return f" in {turn}"


def _call(call: Any) -> Any:
    named = named_call(call)
    return call if named is None else [named["name"], named["arguments"]]
