"""The kinds of chunkers; each gives the spans of a text, in order.

All but `fixed` with an overlap give parts that do not overlap and leave out white space only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from python_models.knowledge.chunking.blocks import Block, blocks_of
from python_models.knowledge.chunking.packing import cut, packed, windows
from python_models.knowledge.chunking.semantic import SEMANTIC, Vectors, semantic
from python_models.knowledge.chunking.units import (
    Chunk,
    Span,
    paragraphs_of,
    trimmed,
)

TOKENS = 256  # where a chunker does not say how large its chunks may be
Parameters = Mapping[str, Any]


class UnknownChunker(ValueError):
    """The seed names a kind there is not, or a parameter of no use."""


def whole(text: str, parameters: Parameters) -> Iterator[Chunk]:
    """Yield the document as it is."""
    if span := trimmed(text, 0, len(text)):
        yield Chunk(*span)


def fixed(text: str, parameters: Parameters) -> Iterator[Chunk]:
    """Yield windows of `tokens` tokens, each `overlap` tokens into the one before."""
    size, overlap = parameters.get("tokens", TOKENS), parameters.get("overlap", 0)
    if not 0 <= overlap < size:
        raise UnknownChunker(f"overlap: {overlap} tokens of {size}; it has to be less")
    yield from (Chunk(*one) for one in windows(text, Span(0, len(text)), size, overlap))


def sentences(text: str, parameters: Parameters) -> Iterator[Chunk]:
    """Yield paragraphs put together up to `tokens`; a longer one is cut between sentences."""
    limit = parameters.get("tokens", TOKENS)
    for span in packed(text, list(paragraphs_of(text, 0, len(text))), limit):
        yield from (Chunk(*part) for part in cut(text, span, limit))


def headings(text: str, parameters: Parameters) -> Iterator[Chunk]:
    """Yield the parts between headings, cut between blocks where one is longer than `tokens`."""
    limit = parameters.get("tokens", TOKENS)
    for path, blocks in _sections(text):
        units, wholes = _units(blocks)
        for span in packed(text, units, limit):
            parts = [span] if span in wholes else cut(text, span, limit)
            yield from (Chunk(*part, path) for part in parts)


def _sections(text: str) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Yield the blocks under each heading with the path to it; a heading goes with its text."""
    path: list[tuple[int, str]] = []
    blocks: list[Block] = []
    for block in blocks_of(text):
        if block.kind == "heading":
            if any(one.kind != "heading" for one in blocks):
                yield tuple(words for _, words in path), blocks
                blocks = []
            path = [one for one in path if one[0] < block.level] + [(block.level, block.words)]
        blocks.append(block)
    if blocks:
        yield tuple(words for _, words in path), blocks


def _units(blocks: list[Block]) -> tuple[list[Span], set[Span]]:
    """Return a section's units, headings with what follows them, and those never cut."""
    titles = sum(1 for block in blocks if block.kind == "heading")
    first = min(titles, len(blocks) - 1)
    units = [block.span for block in blocks[first:]]
    units[0] = Span(blocks[0].start, units[0].end)
    kinds = [block.kind for block in blocks[first:]]
    return units, {unit for unit, kind in zip(units, kinds, strict=True) if kind == "whole"}


KINDS: dict[str, Callable[[str, Parameters], Iterator[Chunk]]] = {
    "fixed": fixed,
    "sentences": sentences,
    "headings": headings,
    "whole": whole,
}


def chunks_of(
    text: str, kind: str, parameters: Parameters, vectors: Vectors | None = None
) -> list[Chunk]:
    """Return the chunks of a text; kind `semantic` takes vectors of its sentences.

    Raises:
        UnknownChunker: there is no such kind.
        VectorsMissing: a sentence has none.
    """
    if kind == SEMANTIC:
        return list(semantic(text, parameters.get("tokens", TOKENS), vectors or {}))
    if kind not in KINDS:
        known = ", ".join((*KINDS, SEMANTIC))
        raise UnknownChunker(f"{kind!r} is no kind of chunker; there are {known}")
    return list(KINDS[kind](text, parameters))
