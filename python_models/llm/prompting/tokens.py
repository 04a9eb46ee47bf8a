"""Token counts before there are any: an estimate, labelled as one wherever it is kept.

Servers' own `usage` figures are what is billed and stored; no tokenizer's vocabulary can be
had without a download, so texts are counted in pieces of the size common tokenizers cut.
"""

from __future__ import annotations

import json
import re
from typing import Any

# a word costs a token for every six letters, digits go by threes, marks alone
PIECES = re.compile(r"[^\W\d_]{1,6}|\d{1,3}|[^\w\s]{1,2}|_|\s{2,}")
PER_MESSAGE = 4
PER_CALL = 3


def count_text(text: str) -> int:
    """Return about how many tokens a text is."""
    return sum(1 for _ in PIECES.finditer(text))


def count_messages(messages: list[dict[str, Any]]) -> int:
    """Return about how many tokens the messages are."""
    said = sum(count_text(str(message.get("content") or "")) for message in messages)
    return said + PER_MESSAGE * len(messages) + PER_CALL


def count_schema(schema: dict[str, Any] | None) -> int:
    """Return about how many tokens a JSON schema adds to a request."""
    return count_text(json.dumps(schema)) if schema else 0


def most_tokens(messages: list[dict[str, Any]], schema: dict[str, Any] | None) -> int:
    """Return a number of prompt tokens no tokenizer exceeds: no token is less than a byte."""
    size = sum(len(str(message.get("content") or "").encode()) + 16 for message in messages)
    return size + (len(json.dumps(schema)) if schema else 0) + 64
