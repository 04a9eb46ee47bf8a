"""Krippendorff's alpha: agreement of any number of raters, with missing ratings.

Krippendorff, "Content Analysis" (4th ed., 2018), chapter 12: alpha = 1 - D_observed / D_expected
over the pairable values of units with two ratings or more. The interval form needs only sums of
values and squares by unit. The ordinal one is the interval form of mid-ranks among all pairable
values: the distance of two ranks is the sum of the counts between them less half of both ends.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from python_models.experiments.agreement.resampling import Estimate, Floats, estimate

Level = Literal["nominal", "ordinal", "interval"]


def alpha(ratings: Floats, level: Level) -> Estimate:
    """Return Krippendorff's alpha of ratings (units x raters, NaN for missing) at a level.

    Its value is null where nothing varies, or no unit has two ratings.
    """
    counts, values = _counts(ratings)
    units = len(counts)
    if units == 0 or len(values) < 2:
        return Estimate(None, None, None, units)

    def of_draws(drawn: Floats) -> Floats:
        return _alphas(counts, values, drawn, level)

    value = of_draws(np.ones((1, units)))[0]
    return estimate(float(value), of_draws, units)


def _counts(ratings: Floats) -> tuple[Floats, Floats]:
    """Return how often each pairable unit got each value, and the values in order."""
    pairable = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    known = ~np.isnan(pairable)
    values, codes = np.unique(pairable[known], return_inverse=True)
    counts = np.zeros((len(pairable), len(values)))
    np.add.at(counts, (np.nonzero(known)[0], codes), 1.0)
    return counts, values


def _alphas(counts: Floats, values: Floats, drawn: Floats, level: Level) -> Floats:
    of_unit = counts.sum(axis=1)
    marginals = drawn @ counts
    total = marginals.sum(axis=1)
    if level == "nominal":
        split = (counts * (of_unit[:, None] - counts)).sum(axis=1) / (of_unit - 1)
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
