"""Intraclass correlation of units that every rater rated.

McGraw & Wong 1996, "Forming inferences about some intraclass correlation coefficients", and
Shrout & Fleiss 1979: ICC1 (raters differ by unit), ICC2 (raters are a sample), ICC3 (these
raters), each for one rating and for the average of all.
"""

from __future__ import annotations

import numpy as np

from python_models.experiments.agreement.resampling import (
    Estimate,
    Floats,
    estimate,
    kinds_of,
    nothing,
)

FORMS = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")


def icc(ratings: Floats) -> dict[str, Estimate]:
    """Return the six forms for ratings (units x raters); units with a missing one are left out.

    Values are null with fewer than two units or raters, or where no rating differs.
    """
    complete = ratings[~np.isnan(ratings).any(axis=1)] if ratings.size else ratings
    units, raters = complete.shape
    if units < 2 or raters < 2:
        missing = nothing("fewer than two units that every judge rated", units)
        return dict.fromkeys(FORMS, missing)
    kinds, sizes = kinds_of(complete - complete.mean())
    whole = _forms(kinds, sizes[None])

    def of_draws(place: int) -> object:
        return lambda drawn: _forms(kinds, drawn)[place]

    return {
        form: estimate(float(whole[place, 0]), of_draws(place), sizes)  # type: ignore[arg-type]
        for place, form in enumerate(FORMS)
    }


def _forms(ratings: Floats, drawn: Floats) -> Floats:
    """Return the six forms (forms x draws) from mean squares of a two-way layout."""
    units, raters = drawn.sum(axis=1), ratings.shape[1]
    rows = ratings.mean(axis=1)
    grand = drawn @ rows / units
    between = raters * (drawn @ rows**2 - units * grand**2)
    columns = drawn @ ratings / units[:, None]
    judges = units * ((columns - grand[:, None]) ** 2).sum(axis=1)
    total = drawn @ (ratings**2).sum(axis=1) - units * raters * grand**2
    msr = between / (units - 1)
    msc = judges / (raters - 1)
    mse = (total - between - judges) / ((units - 1) * (raters - 1))
    msw = (total - between) / (units * (raters - 1))
    forms = [
        (msr - msw, msr + (raters - 1) * msw),
        (msr - mse, msr + (raters - 1) * mse + raters * (msc - mse) / units),
        (msr - mse, msr + (raters - 1) * mse),
        (msr - msw, msr),
        (msr - mse, msr + (msc - mse) / units),
        (msr - mse, msr),
    ]
    floor = 1e-12 * max(1.0, float((ratings**2).mean()))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([np.where(abs(low) > floor, up / low, np.nan) for up, low in forms])
