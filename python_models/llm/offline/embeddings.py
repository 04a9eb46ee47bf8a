"""Offline embeddings: hashed character and word features of a fixed size, and labelled so."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any
from zlib import crc32

from python_models.llm.prompting.tokens import count_text

SIZE = 256
WORD = re.compile(r"\w+")
# a model of its own: whole words only, those that say nothing left out, by the log of their count
WORDS_MODEL, WORDS_SIZE = "sluice-offline-words-1", 1024
IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be been but by can could did do does for from had has have he her "
        "his how i if in into is it its may more most my no not of on or our she should so some "
        "such than that the their them then there these they this those to up us was we were what "
        "when where which who whom whose why will with would you your",
    )
)


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


def embed_words(text: str, size: int = WORDS_SIZE) -> list[float]:
    """Return a unit vector of whole words; texts that share rare words lie near each other."""
    counts = Counter(word for word in WORD.findall(text.lower()) if word not in IDLE)
    vector = [0.0] * size
    for word, count in counts.items():
        place = crc32(word.encode("utf-8", "replace"))
        weight = 1.0 + math.log(count)
        vector[place % size] += weight if place & 0x10000 else -weight
    length = math.sqrt(sum(value * value for value in vector))
    return [round(value / length, 6) for value in vector] if length else vector


def answer_embeddings(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a `/v1/embeddings` request."""
    texts = request["input"]
    texts = [texts] if isinstance(texts, str) else texts
    of_words = request.get("model") == WORDS_MODEL
    size = request.get("dimensions") or (WORDS_SIZE if of_words else SIZE)
    made = embed_words if of_words else embed
    tokens = sum(count_text(text) for text in texts)
    return {
        "object": "list",
        "model": request.get("model"),
        "provider": "offline-rules",
        "data": [
            {"object": "embedding", "index": index, "embedding": made(text, size)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
