"""How sure a cheap answer must be to be kept: a threshold with a statistical guarantee.

A row's cheap answer is kept when its score reaches the threshold; all others get the dear
model's. What must hold: among all rows, at most `1 - target` keep an answer that differs from
the dear model's, with probability `1 - delta`. As in BARGAIN and SUPG, that is learnt on a
sample of rows judged by both models and holds for a finite number of rows, whatever the scores
mean. Here the sample is drawn without replacement and its size is set before the first answer,
which allows the exact (hypergeometric) test instead of a bound that is valid whenever one
stops, and takes about half the sample. Candidates are tested from the most careful one
downwards until one fails (a fixed sequence), which keeps the error over all of them at `delta`.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

MOST_GIVEN_UP = 0.75  # share of the rows the most careful candidate gives to the dear model
STEP = 0.97  # of what a candidate gives up, the next one gives up
LEAST_GIVEN_UP = 0.002
# what is expected of a cheap model before anything is known: it decides how many rows are
# judged by both, and not whether the guarantee holds
EXPECTED_ERRORS = 0.06
EXPECTED_DECAY = 10.0  # errors left when a share x of the rows is given up: exp(-decay * x)
CAUTION = 2.8  # standard errors between what is expected and what has to be proven


@dataclass(frozen=True)
class Learnt:
    """A threshold and what it rests on."""

    threshold: float  # infinite: keep nothing
    sample: int
    kept_share: float


class Learner:
    """Says which rows to judge by both models, and what follows from the judgements."""

    def __init__(
        self, scores: Sequence[float], target: float, delta: float, most: int, seed: str
    ) -> None:
        """Draw the sample.

        Args:
            scores: how sure each cheap answer is; minus infinity where there is none to keep.
            target: share of the rows that must end with the dear model's answer or its like.
            delta: chance that the target is missed all the same.
            most: rows judged by both models at most.
            seed: decides the sample; the same seed draws the same rows.
        """
        self._scores = scores
        # a hair of room: 1 - 0.96 is a little less than 0.04
        self._allowed = math.floor((1 - target) * len(scores) + 1e-9)
        usable = [at for at, score in enumerate(scores) if not math.isinf(score)]
        self._ranked = sorted(usable, key=lambda at: scores[at])
        self._delta = delta
        size = sample_size(len(self._ranked), 1 - target, most)
        self._drawn = sorted(random.Random(seed).sample(range(len(self._ranked)), size))
        self._wrong: list[int] | None = None

    def next_rows(self) -> list[int]:
        """Return the rows to judge by both models next; none when enough is known."""
        return [self._ranked[rank] for rank in self._drawn] if self._wrong is None else []

    def take(self, is_wrong: Sequence[bool]) -> None:
        """Take the judgements of the rows asked for, in their order."""
        self._wrong = [rank for rank, bad in zip(self._drawn, is_wrong, strict=True) if bad]

    def result(self) -> Learnt:
        """Return the lowest threshold that is proven, with every more careful one."""
        threshold = math.inf
        judged = self._wrong or []
        for start in self._starts() if self._wrong is not None else []:
            drawn = len(self._drawn) - bisect_left(self._drawn, start)
            wrong = len(judged) - bisect_left(judged, start)
            # rows of the sample keep the dear answer: the errors found among them are mended,
            # so that one too many of those not found makes allowed + 1 + found in all
            errors = self._allowed + 1 + wrong
            kept = len(self._ranked) - start
            if chance_of_at_most(wrong, kept, errors, drawn) > self._delta:
                break
            threshold = self._scores[self._ranked[start]]
        share = sum(score >= threshold for score in self._scores) / max(len(self._scores), 1)
        return Learnt(threshold, len(self._drawn), share)

    def _starts(self) -> list[int]:
        """Return the rank each candidate keeps rows from, the most careful one first."""
        count = len(self._ranked)
        scores = [self._scores[at] for at in self._ranked]
        if not count:
            return []
        shares, share = [0.0], MOST_GIVEN_UP
        while share > LEAST_GIVEN_UP:
            shares.append(share)
            share *= STEP
        # rows of the same score are kept or given up together
        return sorted({bisect_left(scores, scores[int(s * count)]) for s in shares}, reverse=True)


def sample_size(rows: int, allowed: float, most: int) -> int:
    """Return how many rows to judge by both models so that the whole is expected to cost least.

    The sample and the rows given up are paid for alike; a larger sample needs less room between
    the errors expected and those allowed, so that fewer rows are given up.
    """
    best_size, best_cost = 0, math.inf
    sizes = [math.ceil(10 * 1.06**step) for step in range(130)]
    for size in (size for size in sizes if size <= min(rows, most)):
        for given_up in (step / 200 for step in range(160)):
            errors = EXPECTED_ERRORS * math.exp(-EXPECTED_DECAY * given_up)
            if errors + CAUTION * math.sqrt(errors / size) + 1 / size <= allowed:
                cost = given_up + size / rows * (1 - given_up)
                if cost < best_cost:
                    best_size, best_cost = size, cost
                break
    return best_size


def chance_of_at_most(found: int, rows: int, errors: int, drawn: int) -> float:
    """Return how likely a sample without replacement holds at most so many of the errors.

    The lower tail of the hypergeometric distribution; 0 when there cannot be so many errors.
    """
    if errors > rows:
        return 0.0
    if found >= min(errors, drawn):
        return 1.0
    least = max(0, drawn - (rows - errors))
    every = _log_ways(rows, drawn)
    terms = (
        math.exp(_log_ways(errors, k) + _log_ways(rows - errors, drawn - k) - every)
        for k in range(least, found + 1)
    )
    return min(math.fsum(terms), 1.0)


def _log_ways(rows: int, drawn: int) -> float:
    return math.lgamma(rows + 1) - math.lgamma(drawn + 1) - math.lgamma(rows - drawn + 1)
