"""Intervals of statistics: the BCa bootstrap, and the jackknife where ratings differ too much.

Units are drawn again with replacement, as counts, for all draws at once. Units that were rated
alike are one kind: how often a draw takes a kind has the same distribution whether its units are
drawn one by one or counted together, and judges use few different scores. Measures that hardly
repeat (more than `MOST_KINDS` kinds) are left out by groups instead, which a large sample allows.
An interval holds its estimate, or there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
DRAWS = 1000
SEED = 20260101
FEWEST_UNITS = 5  # below, draws repeat the same few units and an interval says nothing
GROUPS = 100  # that are left out in turn, where there are more kinds than that
MOST_KINDS = 4000
_CELLS = 4_000_000  # of the table of counts held at once

# from counts of each kind of unit (draws x kinds) to the statistic of each draw
OfDraws = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A statistic, its 95 % interval, and the units it rests on.

    `low` and `high` are null where there are too few units, too few draws have a value, or the
    draws lie to one side of the estimate; `why` says what is missing.
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
    """Return a statistic with its interval: BCa, or of the jackknife over groups of units.

    Args:
        value: the statistic of all units.
        of_draws: gives it for draws.
        sizes: how many units there are of each kind.
        seed: of the draws.
    """
    units = int(sizes.sum())
    if not np.isfinite(value):
        return nothing("no two ratings differ", units)

    def without(why: str) -> Estimate:
        return Estimate(float(value), None, None, units, f"no interval{why}")

    if units < FEWEST_UNITS:
        return without(f" for fewer than {FEWEST_UNITS} units")
    if len(sizes) > MOST_KINDS:
        ends = _jackknifed(value, of_draws, sizes, seed)
    else:
        drawn = of_draws(_kept_draws(sizes.tobytes(), seed))
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn) < DRAWS / 2:
            return without(": ratings hardly differ")
        ends = _corrected(value, drawn, _acceleration(of_draws, sizes, seed))
    if ends is None:
        return without(": draws lie to one side of the estimate")
    return Estimate(float(value), *ends, units)


def _corrected(value: float, drawn: Floats, acceleration: float) -> tuple[float, float] | None:
    """Return the bias-corrected and accelerated interval (Efron 1987), if it holds the value."""
    drawn = np.where(np.isclose(drawn, value, rtol=1e-9, atol=1e-9), value, drawn)
    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    bias = stats.norm.ppf(below)
    if not np.isfinite(bias):
        return None
    reach = bias + stats.norm.ppf([0.025, 0.975])
    shares = stats.norm.cdf(bias + reach / (1 - acceleration * reach))
    low, high = (float(end) for end in np.quantile(drawn, shares))
    return (low, high) if low <= value <= high else None


def _acceleration(of_draws: OfDraws, sizes: Floats, seed: int) -> float:
    """Return by how much the standard error changes with the value: skewness of influences."""
    left, weights = _left_out(of_draws, sizes, seed)
    known = np.isfinite(left)
    apart = np.average(left[known], weights=weights[known]) - left[known] if known.any() else left
    spread = float((weights[known] * apart**2).sum())
    if spread < 1e-18:
        return 0.0
    skewness = float((weights[known] * apart**3).sum()) / (6 * spread**1.5)
    return float(np.clip(skewness, -0.25, 0.25))  # beyond, few units decide all


def _jackknifed(
    value: float, of_draws: OfDraws, sizes: Floats, seed: int
) -> tuple[float, float] | None:
    """Return Student's interval of the delete-a-group jackknife (Shao & Tu 1995, section 2.3)."""
    left, _ = _left_out(of_draws, sizes, seed)
    if not np.isfinite(left).all():
        return None
    error = np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum())
    half = float(stats.t.ppf(0.975, len(left) - 1) * error)
    return float(value - half), float(value + half)


def _left_out(of_draws: OfDraws, sizes: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return the statistic without one unit of each kind, or without each group, and weights."""
    if len(sizes) <= GROUPS:
        return of_draws(sizes - np.eye(len(sizes))), sizes
    units = np.repeat(np.arange(len(sizes)), sizes.astype(int))
    groups = np.array_split(np.random.default_rng(seed).permutation(units), GROUPS)
    block = max(1, _CELLS // len(sizes))
    found = [
        of_draws(
            sizes
            - np.array([np.bincount(one, minlength=len(sizes)) for one in groups[start:][:block]])
        )
        for start in range(0, GROUPS, block)
    ]
    return np.concatenate(found), np.ones(GROUPS)


@lru_cache(maxsize=2)
def _kept_draws(sizes: bytes, seed: int) -> Floats:
    """Return all draws; the statistics of one table of ratings rest on the same ones."""
    found = np.frombuffer(sizes)
    units = int(found.sum())
    counts = np.random.default_rng(seed).multinomial(units, found / units, size=DRAWS)
    drawn = counts.astype(np.float64)
    drawn.flags.writeable = False
    return drawn
