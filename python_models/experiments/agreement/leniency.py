"""How each rater compares with the others on the same units: bias, slope and spread."""

from __future__ import annotations

import numpy as np
from scipy import stats

from python_models.experiments.agreement.resampling import Estimate, Floats, nothing


def leniency(ratings: Floats, rater: int) -> Estimate:
    """Return by how much a rater's scores exceed the mean of the others' for the same unit.

    Positive is lenient, negative is harsh. The interval is Student's over units, 95 %.

    Args:
        ratings: units x raters, NaN for missing.
        rater: column of the rater.
    """
    own, others = _against_others(ratings, rater)
    apart = own - others
    units = len(apart)
    if units == 0:
        return nothing("no unit that another rated too", 0)
    mean = float(apart.mean())
    if units < 2:
        return Estimate(mean, None, None, units, "no interval for one unit")
    half = float(stats.t.ppf(0.975, units - 1) * apart.std(ddof=1) / np.sqrt(units))
    return Estimate(mean, mean - half, mean + half, units)


def calibration(ratings: Floats, rater: int) -> dict[str, Estimate]:
    """Return intercept and slope of the others' mean on a rater's score, by least squares.

    Slope 1 and intercept 0 mean that a score of this rater is worth the same as the others';
    `intercept + slope * score` is what the others would have given.
    """
    own, others = _against_others(ratings, rater)
    units = len(own)
    if units < 3 or np.ptp(own) == 0:
        few = "fewer than three units that another rated too"
        missing = nothing(few if units < 3 else "all scores of the judge are the same", units)
        return {"calibration_slope": missing, "calibration_intercept": missing}
    fit = stats.linregress(own, others)
    reach = float(stats.t.ppf(0.975, units - 2))
    return {
        "calibration_slope": _around(fit.slope, reach * fit.stderr, units),
        "calibration_intercept": _around(fit.intercept, reach * fit.intercept_stderr, units),
    }


def _around(value: float, half: float, units: int) -> Estimate:
    return Estimate(float(value), float(value - half), float(value + half), units)


def _against_others(ratings: Floats, rater: int) -> tuple[Floats, Floats]:
    rest = np.delete(ratings, rater, axis=1)
    known = ~np.isnan(ratings[:, rater]) & ~np.isnan(rest).all(axis=1)
    return ratings[known, rater], np.nanmean(rest[known], axis=1) if known.any() else np.empty(0)
