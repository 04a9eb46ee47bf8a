"""The best chunks by an index: words as `knowledge.search` ranks them, vectors by one product.

What filters leave out is left out before anything is ranked, so that they never empty a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from python_models.knowledge.search.hits import Filters, Hit
from python_models.knowledge.search.index import NONE, Index
from python_models.knowledge.search.lists import products

COMMON = 0.2  # words that a greater share of chunks has count only for chunks with a rarer one
_K1, _B = 1.2, 0.75
# below this share of rows that filters leave, only those are multiplied
_FEW = 0.2

Found = list[tuple[int, float]]  # place and score, the best first


class Scope(NamedTuple):
    """Which chunks are searched: places [start, end) of one chunker, and what filters leave."""

    start: int
    end: int
    weighed: np.ndarray | None  # chunks of the tiers that are asked for: they weigh words
    shown: np.ndarray | None  # those that may be found


def scope_of(index: Index, chunker_id: str, filters: Filters) -> Scope:
    """Return which chunks a search looks at."""
    start, end = index.span(chunker_id)
    weighed = None
    if filters.tiers is not None:
        weighed = _is_one_of(index, "tier", filters.tiers, start, end)
    masks = [weighed] if weighed is not None else []
    for name, value in (("source", filters.source), ("kind", filters.kind)):
        if value is not None:
            masks.append(_is_one_of(index, name, [value], start, end))
    said = index.array("said")[start:end]
    if filters.since is not None:
        masks.append(said >= _us(filters.since))
    if filters.until is not None:
        masks.append((said < _us(filters.until)) & (said != NONE))
    return Scope(start, end, weighed, np.logical_and.reduce(masks) if masks else None)


def _is_one_of(
    index: Index, column: str, values: Iterable[str], start: int, end: int
) -> np.ndarray:
    known = index.facts[column]
    codes = [known.index(value) for value in values if value in known]
    return np.isin(index.array(column)[start:end], codes)


def _us(moment: datetime) -> int:
    at = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def by_words(index: Index, chunker_id: str, words: Iterable[str], scope: Scope, k: int) -> Found:
    """Return the k chunks that answer best by their words (BM25)."""
    start, end, weighed, shown = scope
    lengths = index.array("lengths")[start:end]
    counted = lengths if weighed is None else lengths[weighed]
    chunk_count = int(np.count_nonzero(counted))
    mean_length = int(counted.sum(dtype=np.int64)) / max(chunk_count, 1)
    terms = []
    for term in sorted(set(words)):
        places, tf = index.postings(chunker_id, term)
        places = places - start
        if weighed is not None:
            kept = weighed[places]
            places, tf = places[kept], tf[kept]
        if len(places):
            terms.append((len(places), places, tf))
    terms.sort(key=lambda one: one[0])
    limit = COMMON * chunk_count
    scores, is_candidate = np.zeros(end - start), np.zeros(end - start, dtype=bool)
    for df, places, tf in terms:
        if df > limit and terms[0][0] <= limit:
            kept = is_candidate[places]  # the rarer ones came before
            places, tf = places[kept], tf[kept]
        else:
            is_candidate[places] = True
        idf = math.log(1 + (chunk_count - df + 0.5) / (df + 0.5))
        norm = _K1 * (1 - _B + _B * lengths[places] / mean_length)
        scores[places] += idf * tf * (_K1 + 1) / (tf + norm)
    if shown is not None:
        is_candidate &= shown
    places = np.flatnonzero(is_candidate)
    return _best(places, scores[places], start, k)


def nearest(
    index: Index, embedder_id: str, vector: np.ndarray | None, scope: Scope, k: int
) -> Found:
    """Return the k chunks whose vectors are nearest to a question's.

    Exact, but where the index has lists: then what filters leave of the nearest lists is compared,
    and all they leave where that is less than k.
    """
    number = index.facts["vectors"].get(embedder_id)
    if number is None or vector is None:
        return []
    start, end, _, shown = scope
    matrix = index.array(f"vectors_{number}")
    rows = index.array(f"vector_rows_{number}")[start:end]
    places = np.flatnonzero(rows >= 0 if shown is None else shown & (rows >= 0))
    wanted = rows[places]
    if lists := index.lists(embedder_id, number):
        near = products(matrix, vector, lists)[wanted]
        is_near = near > 0
        if np.count_nonzero(is_near) >= min(k, len(wanted)):
            return _best(places[is_near], near[is_near], start, k)
    if len(wanted) < _FEW * len(matrix):
        common = matrix[wanted] @ vector
    else:
        common = (matrix @ vector)[wanted]
    return [one for one in _best(places, common, start, k) if one[1] > 0]


def _best(places: np.ndarray, scores: np.ndarray, start: int, k: int) -> Found:
    """Return the k best of some places, each with its score; of equal ones the first."""
    if len(places) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= least)
        places, scores = places[kept], scores[kept]
    order = np.lexsort((places, -scores))[:k]
    return [(int(places[at]) + start, float(scores[at])) for at in order]


def hits_of(index: Index, found: Sequence[tuple[int, float]]) -> list[Hit]:
    """Return chunks as they are shown."""
    return [
        Hit(rank=rank, score=score, **index.row(place))
        for rank, (place, score) in enumerate(found, start=1)
    ]
