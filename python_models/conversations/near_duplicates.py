"""Near-duplicate texts: bands propose pairs, the exact Jaccard similarity of their sets decides.

Clusters are what pairs at or above the threshold connect. Nothing depends on the order in which
texts come, on threads or on the clock; texts that are signed already are not signed again, and
the pairs are looked for among all, so that adding texts gives what a rebuild gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

from python_models.conversations.candidates import BANDS, Buckets, buckets_of, likely
from python_models.conversations.shingles import Shingles

PAIRS_AT_ONCE = 20_000
SETS_AT_ONCE = 50_000
NO_PAIRS = np.empty((0, 2), dtype=np.int64)

ShinglesOf = Callable[[np.ndarray], Shingles]


@dataclass(frozen=True)
class Clusters:
    """Texts that are near-duplicates, and what they were found among.

    Attributes:
        members: int64, rows of the texts that are in a cluster, ascending.
        first: int64, for each member the first row of its cluster.
        similarity: float64 0..1, exact Jaccard of each member with that first row.
        candidates: pairs that were compared exactly.
        unseen: pairs of over-full buckets that were not looked at; 0 but for data of one mould.
    """

    members: np.ndarray
    first: np.ndarray
    similarity: np.ndarray
    candidates: int
    unseen: int


class Sets:
    """The sets of shingles of the texts that are compared; fetched when first needed."""

    def __init__(self, shingles_of: ShinglesOf, count: int) -> None:
        self._shingles_of = shingles_of
        self._place = np.full(count, -1, dtype=np.int64)
        self._rows: csr_matrix | None = None
        self._sizes = np.empty(0, dtype=np.int64)

    def jaccard(self, pairs: np.ndarray) -> np.ndarray:
        """Return the exact Jaccard similarity of each pair of rows, float64 0..1."""
        self._fetch(np.unique(pairs))
        found = [
            self._compare(self._place[pairs[at : at + PAIRS_AT_ONCE]])
            for at in range(0, len(pairs), PAIRS_AT_ONCE)
        ]
        return np.concatenate(found) if found else np.empty(0)

    def _compare(self, places: np.ndarray) -> np.ndarray:
        assert self._rows is not None
        left, right = places[:, 0], places[:, 1]
        both = self._rows[left].multiply(self._rows[right]).tocsr()
        shared = np.diff(both.indptr).astype(np.float64)
        return shared / (self._sizes[left] + self._sizes[right] - shared)

    def _fetch(self, rows: np.ndarray) -> None:
        missing = rows[self._place[rows] < 0]
        parts = [] if self._rows is None else [self._rows]
        known = len(self._sizes)
        for at in range(0, len(missing), SETS_AT_ONCE):
            parts.append(as_sets(self._shingles_of(missing[at : at + SETS_AT_ONCE])))
        if len(missing):
            self._rows = parts[0] if len(parts) == 1 else vstack(parts, format="csr")
            self._place[missing] = known + np.arange(len(missing))
            self._sizes = np.diff(self._rows.indptr).astype(np.int64)


def as_sets(shingles: Shingles) -> csr_matrix:
    """Return texts as rows of a sparse matrix that has a one for each of their shingles."""
    # two bits fewer than a hash has: a column number must be a positive 64-bit integer
    columns = (shingles.hashes >> np.uint64(2)).astype(np.int64)
    ones = np.ones(len(columns), dtype=np.int8)
    shape = (len(shingles.counts), 1 << 62)
    matrix = csr_matrix((ones, columns, shingles.offsets.astype(np.int64)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def find_clusters(
    signatures: np.ndarray, shingles_of: ShinglesOf, threshold: float = 0.8
) -> Clusters:
    """Return the clusters of near-duplicates among some texts.

    Args:
        signatures: what `candidates.sign` gave, a row for each text.
        shingles_of: gives the shingles of some texts by their rows (ascending); asked for those
            that are compared only, so that texts need not lie in memory.
        threshold: least Jaccard similarity of two texts that are near-duplicates, 0..1.
    """
    count = len(signatures)
    buckets = [buckets_of(signatures, band) for band in range(BANDS)]
    sets = Sets(shingles_of, count)
    label = np.arange(count)
    # neighbours in a bucket first: where all are alike, they already connect all of it
    near = _proposed(buckets, signatures, threshold, label, 1, 1)
    joined = near[sets.jaccard(near) >= threshold]
    label = components(joined, count)
    open_ones = [one.without_connected(label) for one in buckets]
    far = _proposed(open_ones, signatures, threshold, label, 2, None)
    kept, compared = [joined], len(near)
    for at in range(0, len(far), PAIRS_AT_ONCE):
        part = far[at : at + PAIRS_AT_ONCE]
        part = part[label[part[:, 0]] != label[part[:, 1]]]
        compared += len(part)
        kept.append(part[sets.jaccard(part) >= threshold])
        if len(kept[-1]):
            label = components(np.concatenate(kept), count)
    unseen = sum(one.unseen for one in open_ones)
    return _described(label, sets, compared, unseen)


def _proposed(
    buckets: list[Buckets],
    signatures: np.ndarray,
    threshold: float,
    label: np.ndarray,
    nearest: int,
    farthest: int | None,
) -> np.ndarray:
    """Return the pairs to compare, each once, smaller row first."""
    found = [
        likely(signatures, pairs, threshold)
        for one in buckets
        for pairs in one.pairs(nearest, farthest, label)
    ]
    pairs = np.concatenate(found) if found else NO_PAIRS
    codes = np.unique(pairs[:, 0] * len(signatures) + pairs[:, 1])
    return np.stack([codes // max(len(signatures), 1), codes % max(len(signatures), 1)], axis=1)


def components(pairs: np.ndarray, count: int) -> np.ndarray:
    """Return the connected component of each of `count` rows (union-find in scipy)."""
    if not len(pairs):
        return np.arange(count)
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _described(label: np.ndarray, sets: Sets, candidates: int, unseen: int) -> Clusters:
    _, first_of_label, inverse, sizes = np.unique(
        label, return_index=True, return_inverse=True, return_counts=True
    )
    members = np.flatnonzero(sizes[inverse] > 1)
    first = first_of_label[inverse[members]]
    similarity = np.ones(len(members))
    others = np.flatnonzero(members != first)
    similarity[others] = sets.jaccard(np.stack([first[others], members[others]], axis=1))
    return Clusters(members, first, similarity, candidates, unseen)
