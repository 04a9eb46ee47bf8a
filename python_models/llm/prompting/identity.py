"""Who a call is: the hash that finds a paid answer again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Identity:
    """Hashes questions to one place; what they have in common is hashed once."""

    def __init__(
        self, endpoint: str, model: str, parameters: dict[str, Any], schema: dict[str, Any] | None
    ) -> None:
        common = _encode([endpoint, model, parameters, schema])
        self._common = hashlib.sha256(common.encode("utf-8", "replace"))

    def of(self, messages: Any, replicate: int = 0) -> str:
        """Return the SHA-256 over everything that can change an answer, and over nothing else."""
        digest = self._common.copy()
        digest.update(_encode([messages, replicate]).encode("utf-8", "replace"))
        return digest.hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
