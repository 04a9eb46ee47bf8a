"""Bootstrap intervals: units drawn again with replacement, as counts, for all draws at once.

Units that were rated alike are one kind: how often a draw takes a kind has the same distribution
whether its units are drawn one by one or counted together, and judges use few different scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DRAWS = 1000
SEED = 20260101
FEWEST_UNITS = 5  # below, draws repeat the same few units and an interval says nothing
_CELLS = 4_000_000  # of the table of counts held at once

# from counts of each kind of unit (draws x kinds) to the statistic of each draw
OfDraws = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A statistic, its 95 % percentile bootstrap interval, and the units it rests on.

    `low` and `high` are null where there are too few units, or too few draws have a value; `why`
    says what is missing.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    why: str | None = None


def nothing(why: str, units: int) -> Estimate:
    """Return that ratings do not allow a statistic, and why."""
    return Estimate(None, None, None, units, why)


def kinds_of(rows: Floats) -> tuple[Floats, Floats]:
    """Return the different rows (NaN equals NaN) and how many units each stands for."""
    found, sizes = np.unique(np.where(np.isnan(rows), np.inf, rows), axis=0, return_counts=True)
    return np.where(np.isinf(found), np.nan, found), sizes.astype(np.float64)


def estimate(value: float, of_draws: OfDraws, sizes: Floats, seed: int = SEED) -> Estimate:
    """Return a statistic with its percentile interval (Efron & Tibshirani 1993, chapter 13).

    Args:
        value: the statistic of all units.
        of_draws: gives it for draws.
        sizes: how many units there are of each kind.
        seed: of the draws.
    """
    units = int(sizes.sum())
    if not np.isfinite(value):
        return nothing("no two ratings differ", units)
    if units < FEWEST_UNITS:
        why = f"no interval for fewer than {FEWEST_UNITS} units"
        return Estimate(float(value), None, None, units, why)
    drawn = np.concatenate([of_draws(counts) for counts in _draws(sizes, seed)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < DRAWS / 2:
        return Estimate(float(value), None, None, units, "no interval: ratings hardly differ")
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high), units)


def _draws(sizes: Floats, seed: int) -> Iterator[Floats]:
    """Yield how often each draw took each kind of unit, in blocks that fit in memory."""
    if len(sizes) * DRAWS <= _CELLS:
        yield _kept_draws(sizes.tobytes(), seed)
        return
    block = max(1, _CELLS // len(sizes))
    generator = np.random.default_rng(seed)
    for start in range(0, DRAWS, block):
        yield _drawn(generator, sizes, min(block, DRAWS - start))


@lru_cache(maxsize=2)
def _kept_draws(sizes: bytes, seed: int) -> Floats:
    """Return all draws; the statistics of one table of ratings rest on the same ones."""
    drawn = _drawn(np.random.default_rng(seed), np.frombuffer(sizes), DRAWS)
    drawn.flags.writeable = False
    return drawn


def _drawn(generator: np.random.Generator, sizes: Floats, draws: int) -> Floats:
    units = int(sizes.sum())
    return generator.multinomial(units, sizes / units, size=draws).astype(np.float64)
