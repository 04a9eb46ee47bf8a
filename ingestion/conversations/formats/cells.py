"""What a cell of a table holds where its text is a list or an object."""

from __future__ import annotations

import ast
import re
from typing import Any

from ingestion.conversations.formats.calls import loaded
from ingestion.conversations.formats.shape import as_json

_MAX_LITERAL = 200_000
_NUMPY = re.compile(r"\}\s*\n\s*\{")


def decoded_cell(text: str) -> Any:
    """Return what a cell holds when it is a list or object written as text; else the text.

    CSV files carry them as JSON, or as Python (and NumPy) shows them.

    Raises:
        Unstandard: it holds half a character.
    """
    head = text.lstrip()[:1]
    if head not in ("[", "{"):
        return text
    found = loaded(text)
    if found is not None:
        return found
    if len(text) > _MAX_LITERAL or _depth(text) > 50:
        return text
    for candidate in (text, _NUMPY.sub(r"}, {", text)):
        try:
            found = ast.literal_eval(candidate.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(found, list | dict):
            as_json(found)  # Python writes half characters, nothing stores them
            return found
        return text
    return text


def _depth(text: str) -> int:
    depth = deepest = 0
    for letter in text:
        if letter in "[({":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "])}":
            depth -= 1
    return deepest
