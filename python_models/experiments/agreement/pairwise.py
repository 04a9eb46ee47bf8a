"""Two raters: correlation of their scores, and kappa of their categories."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from python_models.experiments.agreement.resampling import Estimate, Floats, estimate

Weights = Literal["unweighted", "linear", "quadratic"]
MOST_CATEGORIES = 25  # beyond, ratings are measures and no categories


def pairwise(first: Floats, second: Floats) -> dict[str, Estimate]:
    """Return Pearson's r, Spearman's rho and Cohen's kappas of two raters (NaN for missing)."""
    both = ~(np.isnan(first) | np.isnan(second))
    one, two = first[both], second[both]
    found = {
        "pearson": _correlation(one, two, "pearson"),
        "spearman": _correlation(one, two, "spearman"),
    }
    for weights in ("unweighted", "linear", "quadratic"):
        name = "kappa" if weights == "unweighted" else f"kappa_{weights}"
        found[name] = kappa(one, two, weights)  # type: ignore[arg-type]
    return found


def _correlation(one: Floats, two: Floats, kind: Literal["pearson", "spearman"]) -> Estimate:
    units = len(one)
    if units < 3 or np.ptp(one) == 0 or np.ptp(two) == 0:
        return Estimate(None, None, None, units)
    if kind == "pearson":
        value = stats.pearsonr(one, two).statistic
        places = one - one.mean(), two - two.mean()

        def of_draws(drawn: Floats) -> Floats:
            return _weighted_correlation(*places, drawn)
    else:
        value = stats.spearmanr(one, two).statistic
        ranked = _ranker(one), _ranker(two)

        def of_draws(drawn: Floats) -> Floats:
            return _weighted_correlation(ranked[0](drawn), ranked[1](drawn), drawn)

    return estimate(float(value), of_draws, units)


def _ranker(values: Floats) -> Callable[[Floats], Floats]:
    """Return a function from counts of units to mid-ranks of the units in each draw."""
    levels, codes = np.unique(values, return_inverse=True)
    member = np.zeros((len(values), len(levels)))
    member[np.arange(len(values)), codes] = 1

    def ranks(drawn: Floats) -> Floats:
        marginals = drawn @ member
        return (np.cumsum(marginals, axis=1) - marginals / 2)[:, codes]

    return ranks


def _weighted_correlation(one: Floats, two: Floats, drawn: Floats) -> Floats:
    total = drawn.sum(axis=1, keepdims=True)
    left = one - (drawn * one).sum(axis=1, keepdims=True) / total
    right = two - (drawn * two).sum(axis=1, keepdims=True) / total
    joint = (drawn * left * right).sum(axis=1)
    spread = (drawn * left**2).sum(axis=1) * (drawn * right**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 1e-12, joint / np.sqrt(spread), np.nan)


def kappa(one: Floats, two: Floats, weights: Weights = "unweighted") -> Estimate:
    """Return Cohen's kappa (1960; weighted 1968) of two complete columns of categories.

    Weights are by the order of the categories both raters used. The value is null for ratings
    of more than 25 different values, and where both gave one category only.
    """
    units = len(one)
    categories, codes = np.unique(np.concatenate([one, two]), return_inverse=True)
    size = len(categories)
    if units < 2 or not 2 <= size <= MOST_CATEGORIES:
        return Estimate(None, None, None, units)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = cohen_kappa_score(
            codes[:units], codes[units:], weights=None if weights == "unweighted" else weights
        )
    pairs = np.zeros((units, size * size))
    pairs[np.arange(units), codes[:units] * size + codes[units:]] = 1
    apart = abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    cost = {"unweighted": (apart > 0) * 1.0, "linear": apart, "quadratic": apart**2}[weights]

    def of_draws(drawn: Floats) -> Floats:
        joint = (drawn @ pairs).reshape(-1, size, size)
        expected = joint.sum(axis=2)[:, :, None] * joint.sum(axis=1)[:, None, :] / units
        by_chance = (cost * expected).sum(axis=(1, 2))
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = (cost * joint).sum(axis=(1, 2)) / by_chance
        return np.where(by_chance > 1e-12, 1 - ratio, np.nan)

    return estimate(float(value), of_draws, units)
