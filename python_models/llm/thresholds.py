"""How sure a cheap answer must be to be kept: a threshold with a statistical guarantee.

A row's cheap answer is kept when its score reaches the threshold; all others get the dear
model's. What must hold: among all rows, at most `1 - target` are kept and differ from the dear
model's answer, with probability `1 - delta`. As in BARGAIN, each candidate threshold is tested
by betting (Waudby-Smith and Ramdas 2024) on a sample judged by both models; as in SUPG, rows
that look doubtful are sampled more often and weighted back. Candidates are tested from the most
careful one downwards until one fails, which keeps the error over all of them at `delta`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

UNIFORM_SHARE = 0.5
CANDIDATES = 60
BOLDNESS = 0.75  # of the largest bet that cannot ruin


@dataclass(frozen=True)
class Learnt:
    """A threshold and what it rests on."""

    threshold: float  # infinite: keep nothing
    sample: int
    kept_share: float
    wrong_bound: float


def weights(scores: Sequence[float]) -> list[float]:
    """Return how likely each row is drawn: half alike, half by doubt (its rank from below)."""
    count = len(scores)
    order = sorted(range(count), key=lambda at: scores[at])
    doubt = [0.0] * count
    for rank, at in enumerate(order):
        doubt[at] = 1.0 / (rank + 0.02 * count + 1.0)
    total = sum(doubt)
    return [UNIFORM_SHARE / count + (1 - UNIFORM_SHARE) * value / total for value in doubt]


def draw(chances: Sequence[float], size: int, seed: str) -> list[int]:
    """Return a sample with replacement, the same for the same seed."""
    source = random.Random(seed)
    return source.choices(range(len(chances)), weights=chances, k=size)


def learn(
    scores: Sequence[float],
    chances: Sequence[float],
    drawn: Sequence[int],
    is_wrong: Sequence[bool],
    target: float,
    delta: float,
) -> Learnt:
    """Return the lowest threshold whose kept-and-wrong share is proven small enough."""
    allowed = 1 - target
    ranked = sorted(score for score in scores if not math.isinf(score))
    best = math.inf
    for candidate in candidates(ranked):
        losses = [
            (1 / len(scores)) / chances[at] if wrong and scores[at] >= candidate else 0.0
            for at, wrong in zip(drawn, is_wrong, strict=True)
        ]
        if not proves_below(losses, allowed, delta, bound=1 / UNIFORM_SHARE):
            break
        best = candidate
    kept = sum(score >= best for score in scores) / len(scores)
    return Learnt(best, len(set(drawn)), kept, allowed)


def candidates(ranked: Sequence[float]) -> list[float]:
    """Return thresholds to try, the most careful first; finer where few rows are given up."""
    count = len(ranked)
    if not count:
        return []
    shares = [(step / CANDIDATES) ** 2 for step in range(CANDIDATES, -1, -1)]
    found = [ranked[min(count - 1, int(share * count))] for share in shares if share < 1]
    return sorted(set(found), reverse=True)


def proves_below(losses: Sequence[float], allowed: float, delta: float, bound: float) -> bool:
    """Say whether a mean of values in [0, bound] is proven to lie below `allowed`.

    A gambler who bets against "the mean is at least `allowed`" multiplies the stake by 1/delta
    with probability at most delta when that is true, at any moment.
    """
    wealth = 1.0
    total, squares = allowed, allowed * allowed
    for seen, loss in enumerate(losses, start=1):
        mean = total / seen
        variance = max(squares / seen - mean * mean, 1e-6)
        edge = allowed - mean
        bet = edge / (variance + edge * edge) if edge > 0 else 0.0
        bet = min(max(bet, 0.05 / bound), BOLDNESS / max(bound - allowed, 1e-9))
        wealth *= 1 + bet * (allowed - loss)
        if wealth >= 1 / delta:
            return True
        total += loss
        squares += loss * loss
    return False
