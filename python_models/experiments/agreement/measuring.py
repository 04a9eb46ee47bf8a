"""All statistics of agreement of one table of ratings, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from python_models.experiments.agreement.alpha import LEVELS, alpha
from python_models.experiments.agreement.icc import icc
from python_models.experiments.agreement.leniency import calibration, leniency
from python_models.experiments.agreement.levels import codes_of
from python_models.experiments.agreement.pairwise import STATISTICS as PAIRWISE
from python_models.experiments.agreement.pairwise import pairwise
from python_models.experiments.agreement.resampling import Estimate, Floats

ALL, OTHERS = "all", "others"
STATISTICS = (
    *PAIRWISE,
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
    rows = [_row(ALL, ALL, f"alpha_{level}", alpha(ratings, level)) for level in LEVELS]
    rows += [_row(ALL, ALL, form, found) for form, found in icc(ratings).items()]
    for one, two in combinations(range(len(raters)), 2):
        both = pairwise(ratings[:, one], ratings[:, two])
        rows += [_row(raters[one], raters[two], name, found) for name, found in both.items()]
    for place, rater in enumerate(raters):
        rows.append(_row(rater, OTHERS, "leniency", leniency(ratings, place)))
        alone = calibration(ratings, place)
        rows += [_row(rater, OTHERS, name, found) for name, found in alone.items()]
    return rows


def table_of(units: Any, raters: Any, scores: Any) -> tuple[Floats, list[str]]:
    """Return ratings as units x raters, the mean where one rated a unit twice, and the raters.

    Args:
        units: what was rated, one for each score; units stay in the order they first come.
        raters: who rated it.
        scores: the numbers.
    """
    unit_codes, _ = codes_of(units)
    found_codes, found = codes_of(raters)
    names = sorted(found)
    rater_codes = np.array([names.index(name) for name in found], dtype=np.int64)[found_codes]
    shape = (int(unit_codes.max(initial=-1)) + 1, len(names))
    places, size = unit_codes * len(names) + rater_codes, shape[0] * shape[1]
    numbers = np.asarray(scores, dtype=np.float64)
    sums = np.bincount(places, weights=numbers, minlength=size).reshape(shape)
    counts = np.bincount(places, minlength=size).reshape(shape)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, sums / counts, np.nan), names


def _row(one: str, two: str, statistic: str, found: Estimate) -> dict[str, Any]:
    return {
        "evaluator_a": one,
        "evaluator_b": two,
        "statistic": statistic,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "reason": found.why,
    }
