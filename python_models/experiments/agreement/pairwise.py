"""Two raters: correlation of their scores, and kappa of their categories."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from python_models.experiments.agreement.resampling import (
    Estimate,
    Floats,
    estimate,
    kinds_of,
    nothing,
)

Weights = Literal["unweighted", "linear", "quadratic"]
STATISTICS = ("pearson", "spearman", "kappa", "kappa_linear", "kappa_quadratic")
MOST_CATEGORIES = 25  # beyond, ratings are measures and no categories


def pairwise(first: Floats, second: Floats) -> dict[str, Estimate]:
    """Return Pearson's r, Spearman's rho and Cohen's kappas of two raters (NaN for missing)."""
    both = ~(np.isnan(first) | np.isnan(second))
    one, two = first[both], second[both]
    if not len(one):
        return dict.fromkeys(STATISTICS, nothing("no unit that both rated", 0))
    kinds, sizes = kinds_of(np.column_stack([one, two]))
    found = {
        "pearson": _pearson(one, two, kinds, sizes),
        "spearman": _spearman(one, two, kinds, sizes),
    }
    for weights in ("unweighted", "linear", "quadratic"):
        name = "kappa" if weights == "unweighted" else f"kappa_{weights}"
        found[name] = kappa(one, two, weights)
    return found


def _pearson(one: Floats, two: Floats, kinds: Floats, sizes: Floats) -> Estimate:
    if why := _why_not(one, two):
        return nothing(why, len(one))
    left, right = kinds[:, 0] - one.mean(), kinds[:, 1] - two.mean()

    def of_draws(drawn: Floats) -> Floats:
        return _weighted_correlation(left, right, drawn)

    return estimate(float(stats.pearsonr(one, two).statistic), of_draws, sizes)


def _spearman(one: Floats, two: Floats, kinds: Floats, sizes: Floats) -> Estimate:
    if why := _why_not(one, two):
        return nothing(why, len(one))
    left, right = _ranker(kinds[:, 0]), _ranker(kinds[:, 1])

    def of_draws(drawn: Floats) -> Floats:
        return _weighted_correlation(left(drawn), right(drawn), drawn)

    return estimate(float(stats.spearmanr(one, two).statistic), of_draws, sizes)


def _why_not(one: Floats, two: Floats) -> str | None:
    """Return why two columns have no correlation, if they have none."""
    if len(one) < 3:
        return "fewer than three units that both rated"
    return None if np.ptp(one) > 0 and np.ptp(two) > 0 else "one of them gave one score only"


def _ranker(values: Floats) -> Callable[[Floats], Floats]:
    """Return a function from counts of kinds to mid-ranks of the kinds in each draw."""
    order = np.argsort(values, kind="stable")
    _, codes, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes) - 1  # of each level, in order

    def ranks(drawn: Floats) -> Floats:
        upto = np.cumsum(drawn[:, order], axis=1)[:, last]
        below = np.concatenate([np.zeros((len(drawn), 1)), upto[:, :-1]], axis=1)
        return ((below + upto) / 2)[:, codes]

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
    if units < 2 or size < 2:
        return nothing("fewer than two units" if units < 2 else "both gave one score only", units)
    if size > MOST_CATEGORIES:
        return nothing(f"more than {MOST_CATEGORIES} different scores are no categories", units)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = cohen_kappa_score(
            codes[:units], codes[units:], weights=None if weights == "unweighted" else weights
        )
    kinds, sizes = kinds_of(np.column_stack([codes[:units], codes[units:]]).astype(np.float64))
    pairs = np.zeros((len(kinds), size * size))
    pairs[np.arange(len(kinds)), (kinds @ [size, 1]).astype(int)] = 1
    apart = abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    cost = {"unweighted": (apart > 0) * 1.0, "linear": apart, "quadratic": apart**2}[weights]

    def of_draws(drawn: Floats) -> Floats:
        joint = (drawn @ pairs).reshape(-1, size, size)
        expected = joint.sum(axis=2)[:, :, None] * joint.sum(axis=1)[:, None, :]
        expected /= joint.sum(axis=(1, 2))[:, None, None]
        by_chance = (cost * expected).sum(axis=(1, 2))
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = (cost * joint).sum(axis=(1, 2)) / by_chance
        return np.where(by_chance > 1e-12, 1 - ratio, np.nan)

    return estimate(float(value), of_draws, sizes)
