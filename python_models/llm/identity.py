"""Who a call is: the hash that finds a paid answer again."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def call_identity(
    endpoint: str,
    model: str,
    messages: Any,
    parameters: dict[str, Any],
    schema: dict[str, Any] | None,
    replicate: int,
) -> str:
    """Return the SHA-256 over everything that can change an answer, and over nothing else."""
    parts = [endpoint, model, messages, parameters, schema, replicate]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
