"""Offline embeddings: hashed character and word features of a fixed size, and labelled so."""

from __future__ import annotations

import math
import re
from typing import Any
from zlib import crc32

from python_models.llm.prompting.tokens import count_text

SIZE = 256
WORD = re.compile(r"\w+")


def embed(text: str, size: int = SIZE) -> list[float]:
    """Return a unit vector; texts that share words or parts of words lie near each other."""
    vector = [0.0] * size
    for word in WORD.findall(text.lower()):
        padded = f"^{word}$"
        features = [(word, 1.0)]
        features += [(padded[at : at + 3], 0.5) for at in range(len(padded) - 2)]
        for feature, weight in features:
            place = crc32(feature.encode("utf-8", "replace"))
            vector[place % size] += weight if place & 0x10000 else -weight
    length = math.sqrt(sum(value * value for value in vector))
    return [round(value / length, 6) for value in vector] if length else vector


def answer_embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a `/v1/embeddings` request."""
    texts = request["input"]
    texts = [texts] if isinstance(texts, str) else texts
    size = request.get("dimensions") or SIZE
    tokens = sum(count_text(text) for text in texts)
    return {
        "object": "list",
        "model": request.get("model"),
        "provider": "offline-rules",
        "data": [
            {"object": "embedding", "index": index, "embedding": embed(text, size)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
