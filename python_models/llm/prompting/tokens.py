"""Token counts before there are any: an estimate, labelled as one wherever it is kept.

Servers' own `usage` figures are what is billed and stored; no tokenizer's vocabulary can be
had without a download, so texts are counted in pieces of the size common tokenizers cut.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

# a word costs a token for every six letters, digits go by threes, marks alone
PIECES = re.compile(r"[^\W\d_]{1,6}|\d{1,3}|[^\w\s]{1,2}|_|\s{2,}")
PER_MESSAGE = 4
PER_CALL = 3


def count_text(text: str) -> int:
    """Return about how many tokens a text is."""
    return len(PIECES.findall(text))


def count_messages(messages: list[dict[str, Any]]) -> int:
    """Return about how many tokens the messages are."""
    said = 0
    for message in messages:
        count = _known_count if message.get("role") == "system" else count_text
        said += count(str(message.get("content") or ""))
    return said + PER_MESSAGE * len(messages) + PER_CALL


def count_schema(schema: dict[str, Any] | None) -> int:
    """Return about how many tokens a JSON schema adds to a request."""
    return _known_count(json.dumps(schema)) if schema else 0


# schemas and instructions are the same in all calls of a step
_known_count = lru_cache(maxsize=256)(count_text)


TEXT_TOKENS = 25.0  # of a text without bounds: a sentence or two
FEW_ITEMS = 3.0  # of a list without bounds
LETTERS_A_TOKEN = 4.0


def expected_tokens(schema: dict[str, Any], items: float | None = None) -> float:
    """Return about how many tokens an answer of a type is, from its schema's bounds alone.

    Args:
        schema: a JSON schema.
        items: how many items the outermost list has, where that is known.
    """
    defs = schema.get("$defs", {})

    def of(node: dict[str, Any], items: float | None, depth: int) -> float:
        if "$ref" in node:
            node = defs.get(node["$ref"].rpartition("/")[2], {})
        if depth > 8:
            return 0.0
        kinds = [one for one in node.get("anyOf", []) if one.get("type") != "null"]
        if kinds:
            return sum(of(one, items, depth + 1) for one in kinds) / len(kinds)
        values = node.get("enum") or ([node["const"]] if "const" in node else [])
        if values:
            return sum(count_text(json.dumps(value)) for value in values) / len(values)
        kind = node.get("type")
        if kind == "object":
            named = node.get("properties", {})
            each = (count_text(name) + 3 + of(one, items, depth + 1) for name, one in named.items())
            return 2 + sum(each)
        if kind == "array":
            least, most = node.get("minItems", 0), node.get("maxItems")
            many = items or (max(least, FEW_ITEMS) if most is None else (least + most) / 2)
            return 2 + many * (1 + of(node.get("items", {}), None, depth + 1))
        if kind == "string":
            most = node.get("maxLength")
            if most is None:
                return TEXT_TOKENS
            middle = (node.get("minLength", 0) + most) / 2 / LETTERS_A_TOKEN
            return 2 + (middle if "minLength" in node else min(middle, 4 * TEXT_TOKENS))
        return 2.0

    return of(schema, items, 0)


def most_tokens(messages: list[dict[str, Any]]) -> int:
    """Return a number of prompt tokens no tokenizer exceeds: no token is less than a byte."""
    return 64 + sum(len(str(message.get("content") or "").encode()) + 16 for message in messages)


def most_schema_tokens(schema: dict[str, Any] | None) -> int:
    """Return a number of tokens that a JSON schema never exceeds."""
    return len(json.dumps(schema)) if schema else 0
