"""Bootstrap intervals: units drawn again with replacement, as counts, for all draws at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DRAWS = 1000
SEED = 20260101
FEWEST_UNITS = 5  # below, draws repeat the same few units and an interval says nothing
_CELLS = 4_000_000  # of the table of counts held at once

# from counts of each unit (draws x units) to the statistic of each draw
OfDraws = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A statistic, its 95 % percentile bootstrap interval, and the units it rests on.

    `low` and `high` are null where there are too few units, or too few draws have a value.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


def estimate(value: float, of_draws: OfDraws, units: int, seed: int = SEED) -> Estimate:
    """Return a statistic with its percentile interval (Efron & Tibshirani 1993, chapter 13)."""
    if not np.isfinite(value):
        return Estimate(None, None, None, units)
    if units < FEWEST_UNITS:
        return Estimate(float(value), None, None, units)
    drawn = np.concatenate([of_draws(counts) for counts in _draws(units, seed)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < DRAWS / 2:
        return Estimate(float(value), None, None, units)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high), units)


def _draws(units: int, seed: int) -> list[Floats]:
    """Return how often each draw took each unit, in blocks that fit in memory."""
    generator = np.random.default_rng(seed)
    block = max(1, min(DRAWS, _CELLS // max(units, 1)))
    sizes = [min(block, DRAWS - start) for start in range(0, DRAWS, block)]
    shares = np.full(units, 1 / units)
    return [generator.multinomial(units, shares, size=size).astype(np.float64) for size in sizes]
