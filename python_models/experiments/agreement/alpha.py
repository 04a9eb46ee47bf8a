"""Krippendorff's alpha: agreement of any number of raters, with missing ratings.

Krippendorff, "Content Analysis" (4th ed., 2018), chapter 12: alpha = 1 - D_observed / D_expected
over the pairable values of units with two ratings or more. The interval form needs only sums of
values and squares by unit. The ordinal one is the interval form of mid-ranks among all pairable
values: the distance of two ranks is the sum of the counts between them less half of both ends.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from python_models.experiments.agreement.resampling import (
    Estimate,
    Floats,
    estimate,
    kinds_of,
    nothing,
)

Level = Literal["nominal", "ordinal", "interval"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


def alpha(ratings: Floats, level: Level) -> Estimate:
    """Return Krippendorff's alpha of ratings (units x raters, NaN for missing) at a level.

    Its value is null where nothing varies, or no unit has two ratings.
    """
    counts, values, sizes = _counts(ratings)
    if len(values) < 2:
        why = "no two ratings differ" if len(values) else "no unit has two ratings"
        return nothing(why, int(sizes.sum()))

    def of_draws(drawn: Floats) -> Floats:
        return _alphas(counts, values, drawn, level)

    return estimate(float(of_draws(sizes[None])[0]), of_draws, sizes)


def _counts(ratings: Floats) -> tuple[sparse.csr_array, Floats, Floats]:
    """Return how often each kind of pairable unit got each value, the values, and its sizes.

    Whose rating is whose does not matter here, so that units are alike in any order of raters.
    """
    pairable = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    kinds, sizes = kinds_of(np.sort(pairable, axis=1))
    known = ~np.isnan(kinds)
    values, codes = np.unique(kinds[known], return_inverse=True)
    places = (np.nonzero(known)[0], codes)
    shape = (len(kinds), len(values))
    return sparse.csr_array((np.ones(len(codes)), places), shape=shape), values, sizes


def _alphas(counts: sparse.csr_array, values: Floats, drawn: Floats, level: Level) -> Floats:
    of_unit = counts.sum(axis=1)
    marginals = drawn @ counts
    total = marginals.sum(axis=1)
    if level == "nominal":
        split = (of_unit**2 - counts.power(2).sum(axis=1)) / (of_unit - 1)
        observed = drawn @ split / total
        expected = (total**2 - (marginals**2).sum(axis=1)) / (total * (total - 1))
    else:
        places = _places(marginals, values, level)
        sums, squares = counts @ places.T, counts @ (places**2).T
        within = (of_unit[:, None] * squares - sums**2) / (of_unit - 1)[:, None]
        observed = 2 * (drawn * within.T).sum(axis=1) / total
        first = (marginals * places).sum(axis=1)
        second = (marginals * places**2).sum(axis=1)
        expected = 2 * (total * second - first**2) / (total * (total - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 1e-12, 1 - observed / expected, np.nan)


def _places(marginals: Floats, values: Floats, level: Level) -> Floats:
    """Return the place of each value on the scale that distances are squares of."""
    if level == "interval":
        centred = values - values.mean()  # squares of large numbers would lose digits
        return np.broadcast_to(centred, marginals.shape)
    ranks = np.cumsum(marginals, axis=1) - marginals / 2
    return ranks - marginals.sum(axis=1, keepdims=True) / 2
