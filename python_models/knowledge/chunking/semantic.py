"""Cuts a text where neighbouring sentences have least in common, by their vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from python_models.knowledge.chunking.packing import cut, packed
from python_models.knowledge.chunking.units import Chunk, Span, paragraphs_of, sentences_of
from python_models.llm.prompting.identity import text_hash

SEMANTIC = "semantic"  # the kind's name in the seed
_WINDOW = 2  # sentences on each side of a place that are compared: one alone is soon another topic
Vectors = Mapping[str, np.ndarray]  # of length 1, by the hash of a sentence


class VectorsMissing(LookupError):
    """A sentence has no vector yet."""


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of a text; a line's end and a blank line end one too."""
    paragraphs = paragraphs_of(text, 0, len(text))
    return [one for paragraph in paragraphs for one in sentences_of(text, *paragraph)]


def hashed_sentences(text: str) -> list[tuple[str, str]]:
    """Return (hash, sentence) of each sentence of a text: its vector is kept under the hash."""
    parts = [text[one.start : one.end] for one in sentence_spans(text)]
    return [(text_hash(one), one) for one in parts]


def semantic(text: str, limit: int, vectors: Vectors) -> Iterator[Chunk]:
    """Yield whole sentences up to `limit` tokens.

    A range that is too long is split where the sentences before and after have least in common,
    and its halves likewise: an edit moves the places about it, and no others.

    Raises:
        VectorsMissing: a sentence has none.
    """
    try:
        rows = [vectors[one] for one, _ in hashed_sentences(text)]
    except KeyError as error:
        raise VectorsMissing(f"the sentence {error} has no vector") from None
    for span in packed(text, sentence_spans(text), limit, _alike(rows)):
        yield from (Chunk(*part) for part in cut(text, span, limit))


def _alike(rows: list[np.ndarray]) -> list[float]:
    """For each sentence the cosine of what stands before it and what it begins."""
    found = [1.0] * len(rows)
    for at in range(1, len(rows)):
        before = np.sum(rows[max(0, at - _WINDOW) : at], axis=0)
        after = np.sum(rows[at : at + _WINDOW], axis=0)
        length = float(np.linalg.norm(before) * np.linalg.norm(after))
        # rounded: sums of another order would split a list of the same line elsewhere
        found[at] = round(float(before @ after) / length, 6) if length else 0.0
    return found
