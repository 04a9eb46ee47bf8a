"""All statistics of agreement of one table of ratings, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from python_models.experiments.agreement.alpha import alpha
from python_models.experiments.agreement.icc import icc
from python_models.experiments.agreement.leniency import calibration, leniency
from python_models.experiments.agreement.pairwise import pairwise
from python_models.experiments.agreement.resampling import Estimate, Floats

ALL, OTHERS = "all", "others"
STATISTICS = (
    *("pearson", "spearman", "kappa", "kappa_linear", "kappa_quadratic"),
    *("alpha_nominal", "alpha_ordinal", "alpha_interval"),
    *("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"),
    *("leniency", "calibration_slope", "calibration_intercept"),
)


def agreement_rows(ratings: Floats, raters: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row for each statistic: of all raters, of each pair, and of each rater alone.

    Args:
        ratings: units x raters, NaN for missing.
        raters: names of the columns.

    A statistic that the ratings do not allow is a row without a value.
    """
    if len(raters) < 2:
        return []
    rows = [
        _row(ALL, ALL, f"alpha_{level}", alpha(ratings, level))
        for level in ("nominal", "ordinal", "interval")
    ]
    rows += [_row(ALL, ALL, form, found) for form, found in icc(ratings).items()]
    for one, two in combinations(range(len(raters)), 2):
        both = pairwise(ratings[:, one], ratings[:, two])
        rows += [_row(raters[one], raters[two], name, found) for name, found in both.items()]
    for place, rater in enumerate(raters):
        rows.append(_row(rater, OTHERS, "leniency", leniency(ratings, place)))
        alone = calibration(ratings, place)
        rows += [_row(rater, OTHERS, name, found) for name, found in alone.items()]
    return rows


def table_of(
    units: Sequence[Any], raters: Sequence[str], scores: Sequence[float]
) -> tuple[Floats, list[str]]:
    """Return ratings as units x raters, the mean where one rated a unit twice, and the raters."""
    unit_names, unit_codes = np.unique(np.asarray(units, dtype=str), return_inverse=True)
    rater_names, rater_codes = np.unique(np.asarray(raters, dtype=str), return_inverse=True)
    sums = np.zeros((len(unit_names), len(rater_names)))
    counts = np.zeros_like(sums)
    np.add.at(sums, (unit_codes, rater_codes), np.asarray(scores, dtype=np.float64))
    np.add.at(counts, (unit_codes, rater_codes), 1)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, sums / counts, np.nan), [str(name) for name in rater_names]


def _row(one: str, two: str, statistic: str, found: Estimate) -> dict[str, Any]:
    return {
        "evaluator_a": one,
        "evaluator_b": two,
        "statistic": statistic,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
    }
