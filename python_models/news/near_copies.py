"""Articles that are copies of one another but for some words.

MinHash bands propose the pairs, the sets of three words in a row decide; a copy is one of the
oldest article it is near to, never of another copy only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from rensa import RMinHash, RMinHashLSH

WORDS = 3  # words of a shingle
# 0.9998 of pairs that are 0.7 alike share a band of 4 hashes, 0.23 of those that are 0.3 alike
HASHES, BANDS, SEED = 128, 32, 20_240_229
SCHEMA = pa.schema(
    [("article_id", pa.string()), ("copy_of", pa.string()), ("similarity", pa.float64())]
)
_WORD = re.compile(r"\w+", re.UNICODE)


def near_copies_of(articles: Iterable[Mapping[str, Any]], threshold: float) -> pa.Table:
    """Return the articles that are near copies of an older one.

    Args:
        articles: article_id, text and effective_at of each.
        threshold: least Jaccard similarity, 0..1, of a copy with what it is a copy of.
    """
    lsh = RMinHashLSH(threshold, HASHES, BANDS)
    originals: dict[int, tuple[str, frozenset[str]]] = {}
    rows = []
    for number, article in enumerate(sorted(articles, key=_age)):
        shingles = shingles_of(article["text"] or "")
        if not shingles:
            continue
        signature = RMinHash(HASHES, SEED)
        signature.update(sorted(shingles))
        found = max(
            ((jaccard(shingles, originals[other][1]), -other) for other in lsh.query(signature)),
            default=(0.0, 0),
        )
        if found[0] >= threshold:
            copied = originals[-found[1]][0]
            row = {"article_id": article["article_id"], "copy_of": copied}
            rows.append(row | {"similarity": found[0]})
            continue
        originals[number] = (article["article_id"], shingles)
        lsh.insert(number, signature)
    return pa.Table.from_pylist(rows, SCHEMA)


def shingles_of(text: str) -> frozenset[str]:
    """Return the sets of three words in a row of a text, its case and marks left out."""
    words = _WORD.findall(text.lower())
    return frozenset(" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return how alike two sets are, 0..1."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def _age(article: Mapping[str, Any]) -> tuple[str, str]:
    return (str(article["effective_at"]), article["article_id"])
