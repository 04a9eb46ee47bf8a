"""What a record carries besides its turns: tools, media, and fields that nobody else knows."""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.cells import decoded_cell
from ingestion.conversations.formats.media import FIELDS as MEDIA_FIELDS
from ingestion.conversations.formats.media import media_of_field
from ingestion.conversations.formats.pairs import bare

_TOOLS = ("tools", "functions")


def sorted_out(rest: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """Put tools and media of a record into its metadata; returns the other fields."""
    left: dict[str, Any] = {}
    for key, value in rest.items():
        name = bare(str(key))
        if name not in _TOOLS and name not in MEDIA_FIELDS:
            left[key] = value
            continue
        decoded = decoded_cell(value) if type(value) is str else value
        if name in _TOOLS:
            known = metadata.get("tools")
            metadata["tools"] = decoded if known is None else [*_listed(known), *_listed(decoded)]
        elif (found := media_of_field(MEDIA_FIELDS[name], decoded)) is None:
            left[key] = value
        elif found:
            metadata.setdefault("media", []).extend(found)
    return left


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
