"""Signatures of texts, and the pairs of texts that are worth an exact comparison.

Signatures are full-set R-MinHash (rensa; Dahlgaard, Knudsen and Thorup, 2017, Fast Similarity
Sketching); bands are those of Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3:
two texts whose sets of shingles have a Jaccard similarity s share a band with probability
1 - (1 - s^ROWS)^BANDS, which is 0.998 at 0.8 and 0.02 at 0.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from rensa import RMinHash

from python_models.conversations.shingles import WORDS, Shingles, mixed, shingle

HASHES = 128
ROWS, BANDS = 6, 21
SEED = 20_240_229
# what a kept signature was made with: it is made anew when any of this changes
RECIPE = f"rminhash {RMinHash.ALGORITHM_VERSION}, {HASHES} hashes, seed {SEED}, {WORDS} words, 1"

# an estimate from a signature is off by 0.035 (one standard deviation at 0.8): four of them
SLACK = 0.15
# pairs of one bucket that are looked at; beyond, each text meets its nearest in the bucket only
MOST_PAIRS_OF_A_BUCKET = 200_000_000
ESTIMATES_AT_ONCE = 200_000
TEXTS_AT_ONCE = 4_096


def sign(texts: pa.Array, workers: int = 2) -> np.ndarray:
    """Return the signature of each text.

    Args:
        texts: column of strings.
        workers: threads; hashing leaves Python's lock alone most of the time.

    Returns:
        uint32 (texts, HASHES); a text without words has zeros only, which no other text has.
    """
    parts = [texts.slice(at, TEXTS_AT_ONCE) for at in range(0, len(texts), TEXTS_AT_ONCE)]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        signed = list(pool.map(lambda part: sign_shingles(shingle(part)), parts))
    return np.concatenate(signed) if signed else np.empty((0, HASHES), np.uint32)


def sign_shingles(shingles: Shingles) -> np.ndarray:
    """Return the signatures of texts that were cut into shingles."""
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.hashes, shingles.offsets, HASHES, SEED
    )
    rows = np.asarray(matrix.to_rows(), dtype=np.uint32).reshape(-1, HASHES)
    rows[shingles.counts == 0] = 0
    return rows


def band_key(signatures: np.ndarray, band: int) -> np.ndarray:
    """Return a uint64 for each text; texts with an equal one share the band."""
    key = np.zeros(len(signatures), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for row in range(band * ROWS, (band + 1) * ROWS):
            key = mixed(key * np.uint64(31) + signatures[:, row])
    return key


@dataclass(frozen=True)
class Buckets:
    """The texts that share a band with another one, bucket after bucket, in row order.

    Attributes:
        rows: int64, rows of the texts.
        left: int64, how many texts of the same bucket come after each.
        starts: int64, where each bucket begins.
    """

    rows: np.ndarray
    left: np.ndarray
    starts: np.ndarray

    @property
    def reach(self) -> np.ndarray:
        """How far in its bucket each text is compared: to its end, but for over-full buckets."""
        sizes = np.diff(np.append(self.starts, len(self.rows)))
        allowed = np.maximum(MOST_PAIRS_OF_A_BUCKET // np.maximum(sizes, 1), 1)
        return np.minimum(self.left, np.repeat(allowed, sizes))

    @property
    def unseen(self) -> int:
        """Return how many pairs of over-full buckets are not compared."""
        return int((self.left - self.reach).sum())

    def pairs(self, nearest: int, farthest: int | None, label: np.ndarray) -> Iterator[np.ndarray]:
        """Yield int64 (n, 2) pairs of rows that stand `nearest` to `farthest` places apart.

        Pairs that `label` says are connected already are left out.
        """
        reach = self.reach
        at = np.flatnonzero(reach >= nearest)
        step = nearest
        while len(at) and (farthest is None or step <= farthest):
            pairs = np.stack([self.rows[at], self.rows[at + step]], axis=1)
            yield pairs[label[pairs[:, 0]] != label[pairs[:, 1]]]
            step += 1
            at = at[reach[at] >= step]

    def without_connected(self, label: np.ndarray) -> Buckets:
        """Return the buckets whose texts are not all connected already."""
        if not len(self.rows):
            return self
        labels = label[self.rows]
        mixed_up = np.minimum.reduceat(labels, self.starts) != np.maximum.reduceat(
            labels, self.starts
        )
        sizes = np.diff(np.append(self.starts, len(self.rows)))
        keep = np.repeat(mixed_up, sizes)
        kept_sizes = sizes[mixed_up]
        starts = np.concatenate([[0], np.cumsum(kept_sizes)[:-1]]) if len(kept_sizes) else sizes[:0]
        return Buckets(self.rows[keep], self.left[keep], starts.astype(np.int64))


def buckets_of(signatures: np.ndarray, band: int) -> Buckets:
    """Return the buckets of one band that hold two texts or more."""
    rows = np.flatnonzero(signatures.any(axis=1))  # without words: like nothing
    key = band_key(signatures[rows], band)
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else order
    sizes = np.diff(np.append(starts, len(key)))
    shared = np.repeat(sizes > 1, sizes)
    sizes = sizes[sizes > 1]
    begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    last = np.repeat(begins[1:] - 1, sizes)
    return Buckets(rows[order[shared]], last - np.arange(begins[-1]), begins[:-1])


def likely(signatures: np.ndarray, pairs: np.ndarray, threshold: float) -> np.ndarray:
    """Return the pairs whose signatures do not rule out that they reach the threshold."""
    kept = []
    least = (threshold - SLACK) * HASHES
    for at in range(0, len(pairs), ESTIMATES_AT_ONCE):
        part = pairs[at : at + ESTIMATES_AT_ONCE]
        same = np.count_nonzero(signatures[part[:, 0]] == signatures[part[:, 1]], axis=1)
        kept.append(part[same >= least])
    return np.concatenate(kept) if kept else pairs[:0]
