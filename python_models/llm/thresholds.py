"""How sure a cheap answer must be to be kept: a threshold with a statistical guarantee.

A row's cheap answer is kept when its score reaches the threshold; all others get the dear
model's. What must hold: among all rows, at most `1 - target` are kept and differ from the dear
model's answer, with probability `1 - delta`. Candidate thresholds are tested by betting on rows
judged by both models (Waudby-Smith and Ramdas 2024; valid whenever one stops, as in BARGAIN),
drawn more often where they look doubtful and weighted back (as in SUPG). Candidates are taken
from the most careful one downwards until one fails, which keeps the error over all at `delta`.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

# shares of the rows given up to the dear model, most careful first
GIVEN_UP = (
    0.75, 0.6, 0.5, 0.44, 0.39, 0.35, 0.31, 0.28, 0.25, 0.22, 0.2, 0.18, 0.16, 0.14, 0.12, 0.1,
    0.085, 0.07, 0.06, 0.05, 0.04, 0.032, 0.025, 0.018, 0.012, 0.006, 0.0,
)  # fmt: skip
BINS = (0.0, 0.01, 0.025, 0.05, 0.08, 0.12, 0.18, 0.26, 0.36, 0.5, 0.7, 1.0)
PILOT = 120
ROUND = 60
UNIFORM_SHARE = 0.75
BOLDNESS = 0.9  # of the largest bet that cannot ruin
BETS = tuple(step / 12 for step in range(1, 13))


@dataclass(frozen=True)
class Learnt:
    """A threshold and what it rests on."""

    threshold: float  # infinite: keep nothing
    sample: int
    kept_share: float


@dataclass(frozen=True)
class Draw:
    """One row judged by both models; `weight` undoes how often such rows are drawn."""

    at: int
    score: float
    weight: float
    is_wrong: bool


@dataclass(frozen=True)
class Round:
    """Draws made alike: from which rank on, and the largest weight among rows from a rank on."""

    first: int
    start: int
    largest: list[float]


class Learner:
    """Says which rows to judge next, until more of them would cost more than they save."""

    def __init__(
        self, scores: Sequence[float], target: float, delta: float, most: int, seed: str
    ) -> None:
        self._scores = scores
        self._allowed, self._delta, self._most = 1 - target, delta, most
        self._random = random.Random(seed)
        usable = [at for at, score in enumerate(scores) if not math.isinf(score)]
        self._ranked = sorted(usable, key=lambda at: scores[at])
        self._unusable = len(scores) - len(usable)
        self._draws: list[Draw] = []
        self._rounds: list[Round] = []
        self._asked: list[tuple[int, float]] = []

    def next_rows(self) -> list[int]:
        """Return the rows to judge by both models next; none when enough is known."""
        if not self._ranked or len(self._draws) >= self._most:
            return []
        if not self._draws:
            start, size = 0, min(PILOT, self._most)
        else:
            start = self._planned_start()
            size = min(ROUND, self._most - len(self._draws))
        if start is None:
            return []
        chances = self._chances(start)
        largest = [0.0] * (len(chances) + 1)
        for at in range(len(chances) - 1, -1, -1):
            largest[at] = max(largest[at + 1], 1 / len(self._scores) / chances[at])
        self._rounds.append(Round(len(self._draws), start, largest))
        places = self._random.choices(range(len(chances)), weights=chances, k=size)
        self._asked = [
            (self._ranked[start + at], 1 / len(self._scores) / chances[at]) for at in places
        ]
        return [at for at, _ in self._asked]

    def take(self, is_wrong: Sequence[bool]) -> None:
        """Take the judgements of the rows last asked for, in their order."""
        self._draws += [
            Draw(at, self._scores[at], weight, wrong)
            for (at, weight), wrong in zip(self._asked, is_wrong, strict=True)
        ]

    def result(self) -> Learnt:
        """Return the lowest threshold that is proven, with every more careful one."""
        best = math.inf
        for start in self._starts():
            if self._wealth(start) < -math.log(self._delta):
                break
            best = self._scores[self._ranked[start]]
        kept = sum(score >= best for score in self._scores) / max(len(self._scores), 1)
        return Learnt(best, len({draw.at for draw in self._draws}), kept)

    def _starts(self) -> list[int]:
        """Return where each candidate's kept rows begin in the ranking."""
        count = len(self._ranked)
        scores = [self._scores[at] for at in self._ranked]
        places = (min(count - 1, int(share * count)) for share in GIVEN_UP)
        # rows of the same score are kept or given up together
        return sorted({bisect_left(scores, scores[place]) for place in places}, reverse=True)

    def _wealth(self, start: int) -> float:
        """Return the largest log wealth of betting that a candidate errs less than allowed."""
        threshold, allowed = self._scores[self._ranked[start]], self._allowed
        wealth = best = 0.0
        seen, total, squares = 1.0, allowed * 0.5, allowed * allowed
        ends = [one.first for one in self._rounds[1:]] + [len(self._draws)]
        for one, end in zip(self._rounds, ends, strict=True):
            if one.start > start:
                continue  # these draws leave out rows this candidate keeps: they prove nothing
            bound = one.largest[start - one.start]
            for draw in self._draws[one.first : end]:
                loss = draw.weight if draw.is_wrong and draw.score >= threshold else 0.0
                mean = total / seen
                variance = max(squares / seen - mean * mean, 1e-9)
                edge = max(allowed - mean, 0.1 * allowed)
                bet = min(edge / (variance + edge * edge), BOLDNESS / max(bound - allowed, 1e-9))
                wealth += math.log1p(bet * (allowed - loss))
                best = max(best, wealth)
                seen, total, squares = seen + 1, total + loss, squares + loss * loss
        return best

    def _planned_start(self) -> int | None:
        """Return the candidate whose proof promises the lowest cost from here; None: stop."""
        goal = -math.log(self._delta)
        proven = len(self._ranked)
        rates = self._error_rates()
        best_cost, best_start, is_chain = float(proven), None, True
        for start in self._starts():
            wealth = self._wealth(start)
            if is_chain and wealth >= goal:
                proven, best_cost, best_start = start, float(start), None
                continue
            is_chain = False
            growth = self._growth(start, rates)
            if growth <= 0:
                continue
            cost = start + 1.15 * max(goal - wealth, 0.1) / growth
            if cost < best_cost:
                best_cost, best_start = cost, start
        return best_start

    def _growth(self, start: int, rates: list[float]) -> float:
        """Return how fast the log wealth of a candidate is expected to grow for each draw."""
        count = len(self._ranked)
        kept = (count - start) / len(self._scores)
        wrong = sum(rates[start:]) / len(self._scores)
        share = min(wrong / kept * 1.1, 1.0)
        most = BOLDNESS / max(kept / UNIFORM_SHARE - self._allowed, 1e-9)
        grown = [
            share * math.log1p(bet * most * (self._allowed - kept))
            + (1 - share) * math.log1p(bet * most * self._allowed)
            for bet in BETS
            if bet * most * (kept - self._allowed) < 1
        ]
        return max(grown, default=0.0)

    def _error_rates(self) -> list[float]:
        """Return each ranked row's estimated chance to be wrong; it never rises with the score."""
        count = len(self._ranked)
        edges = [int(share * count) for share in BINS]
        place = {at: rank for rank, at in enumerate(self._ranked)}
        ranks = [(place[draw.at], draw) for draw in self._draws]
        overall = (sum(d.weight * d.is_wrong for _, d in ranks) + 0.05) / (
            sum(d.weight for _, d in ranks) + 1.0
        )
        rates: list[float] = []
        for low, high in zip(edges, edges[1:], strict=False):
            inside = [draw for rank, draw in ranks if low <= rank < high]
            weight = sum(draw.weight for draw in inside)
            mean = weight / len(inside) if inside else 1.0
            wrong = sum(draw.weight for draw in inside if draw.is_wrong) + overall * mean
            rate = wrong / (weight + mean)
            rates += [min(rate, rates[-1]) if rates else rate] * (high - low)
        return rates

    def _chances(self, start: int) -> list[float]:
        """Return how likely each kept row is drawn: mostly alike, more where it looks doubtful."""
        count = len(self._ranked) - start
        if self._draws:
            doubt = [math.sqrt(rate) for rate in self._error_rates()[start:]]
        else:
            doubt = [1 / (rank + 0.03 * count + 1) for rank in range(count)]
        total = sum(doubt)
        return [UNIFORM_SHARE / count + (1 - UNIFORM_SHARE) * value / total for value in doubt]
