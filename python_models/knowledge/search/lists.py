"""Lists of vectors that lie near each other (IVF): a question is compared with the nearest lists.

A matrix of up to `LIMIT_BYTES` is multiplied whole, which is exact. A larger one is kept in the
order of its lists, so that a list is one piece of the file; what is read of it is compared in
full. How many lists are looked at is measured when they are made: as few as find `RECALL` of the
ten nearest of sampled questions. Where a quarter of all lists does not, the product stays whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

LIMIT_BYTES = 1024**3
RECALL = 0.97  # of the ten nearest; a release promises 0.95
_SAMPLED, _NEAREST = 200, 10
_ROUNDS = 8
_OF_A_LIST = 64  # rows that its middle is found from
_BATCH = 16_384


@dataclass(frozen=True)
class Lists:
    """How the rows of a matrix are put together."""

    middles: np.ndarray  # float32 (lists, numbers), of length 1
    starts: np.ndarray  # int64 (lists + 1): rows [start, next start) are a list
    probes: int  # how many are looked at
    recall: float


def made_of(path: Path, limit: int | None = None) -> tuple[Lists, np.ndarray] | None:
    """Put the rows of a matrix file in the order of lists; None where that is of no use.

    Returns:
        The lists, and for each former row where it lies now.
    """
    matrix = np.load(path, mmap_mode="r")
    if matrix.nbytes <= (LIMIT_BYTES if limit is None else limit):
        return None
    count = max(2, int(np.sqrt(len(matrix))))
    middles = _middles(matrix, count)
    own = _assigned(matrix, middles)
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(count + 1))
    sorted_path = path.with_name(f"sorted_{path.name}")
    target = np.lib.format.open_memmap(
        sorted_path, mode="w+", dtype=matrix.dtype, shape=matrix.shape
    )
    for at in range(0, len(order), _BATCH):
        target[at : at + _BATCH] = matrix[order[at : at + _BATCH]]
    target.flush()
    lists = _measured(target, middles, starts)
    if lists is None:
        sorted_path.unlink()
        return None
    sorted_path.replace(path)
    now = np.empty(len(order), dtype=np.int32)
    now[order] = np.arange(len(order), dtype=np.int32)
    return lists, now


def products(matrix: np.ndarray, vector: np.ndarray, lists: Lists) -> np.ndarray:
    """Return what rows of the nearest lists have in common with a vector; of others -inf."""
    found = np.full(len(matrix), -np.inf, dtype=np.float32)
    for one in _nearest(lists.middles @ vector, lists.probes):
        start, end = lists.starts[one], lists.starts[one + 1]
        found[start:end] = matrix[start:end] @ vector
    return found


def _nearest(scores: np.ndarray, count: int) -> np.ndarray:
    return np.argsort(-scores, kind="stable")[:count]


def _middles(matrix: np.ndarray, count: int) -> np.ndarray:
    """Return the middles of so many lists: spherical k-means over a sample."""
    dice = np.random.default_rng(7)
    size = min(len(matrix), count * _OF_A_LIST)
    sample = matrix[np.sort(dice.choice(len(matrix), size, replace=False))]
    middles = _unit(sample[np.sort(dice.choice(size, count, replace=False))])
    for _ in range(_ROUNDS):
        own = _assigned(sample, middles)
        order = np.argsort(own, kind="stable")
        there, first = np.unique(own[order], return_index=True)
        middles[there] = np.add.reduceat(sample[order], first, axis=0)
        middles = _unit(middles)
    return middles


def _assigned(matrix: np.ndarray, middles: np.ndarray) -> np.ndarray:
    batches = range(0, len(matrix), _BATCH)
    return np.concatenate(
        [np.argmax(matrix[at : at + _BATCH] @ middles.T, axis=1) for at in batches]
    )


def _unit(rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length > 0, length, 1)).astype(np.float32)


def _measured(matrix: np.ndarray, middles: np.ndarray, starts: np.ndarray) -> Lists | None:
    """Return lists with as few probes as find enough of what a whole product finds.

    Questions are rows turned away by 45 degrees: a row itself lies in the middle of what is near.
    """
    asked = np.linspace(0, len(matrix) - 1, min(_SAMPLED, len(matrix))).astype(int)
    aside = _unit(np.random.default_rng(8).normal(size=(len(asked), matrix.shape[1])))
    questions = _unit(matrix[asked] + aside)
    own = np.searchsorted(starts, _ten_nearest(matrix, questions), side="right") - 1  # their lists
    ranked = np.argsort(-(questions @ middles.T), axis=1, kind="stable")
    place = np.argsort(ranked, axis=1)  # of each list, as a question ranks it
    depth = np.take_along_axis(place, own, axis=1)
    probes = 1
    while probes <= max(1, len(middles) // 4):
        recall = float((depth < probes).mean())
        if recall >= RECALL:
            return Lists(middles, starts, probes, recall)
        probes += max(1, probes // 4)
    return None


def _ten_nearest(matrix: np.ndarray, questions: np.ndarray) -> np.ndarray:
    """Return the rows nearest to questions."""
    rows: np.ndarray = np.zeros((len(questions), 0), dtype=np.int64)
    scores: np.ndarray = np.zeros((len(questions), 0), dtype=np.float32)
    for at in range(0, len(matrix), _BATCH):
        part = questions @ matrix[at : at + _BATCH].T
        number = np.broadcast_to(np.arange(at, at + part.shape[1]), part.shape)
        scores, rows = np.hstack([scores, part]), np.hstack([rows, number])
        kept = np.argpartition(-scores, min(_NEAREST, scores.shape[1]) - 1, axis=1)[:, :_NEAREST]
        scores, rows = (np.take_along_axis(one, kept, axis=1) for one in (scores, rows))
    return rows
