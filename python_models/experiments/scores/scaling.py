"""Numbers as a judge wrote them, brought to the scale of the template."""

from __future__ import annotations

from python_models.experiments.scores.answer import Scale, ScoreError
from python_models.experiments.scores.numbers import Quantity

# what a score is counted out of; `7/8` or `1/2` are more likely a cut text or a half
USUAL_BEST = (5.0, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 70.0, 75.0, 80.0, 90.0, 100.0)


def to_scale(quantity: Quantity, scale: Scale, stated: list[Quantity]) -> float | ScoreError:
    """Return a score between `scale.low` and `scale.high`, or why the number is none.

    A number out of another best (`4/5`, `85 %`) is the same share of the template's scale, which
    is only beyond doubt where that begins at 0. `stated` are scales the same line names.
    """
    best = _best_of(quantity, scale, stated)
    if isinstance(best, ScoreError):
        return best
    value = quantity.value
    if best is not None and best != scale.high:
        if scale.low != 0:
            detail = f"{quantity.text!r} is out of {best:g}, the scale begins at {scale.low:g}"
            return ScoreError("other_scale", detail)
        if not 0 <= value <= best:
            return ScoreError("out_of_range", f"{quantity.text!r} is more than its own best")
        value = value / best * scale.high
    if not scale.low <= value <= scale.high:
        detail = f"{quantity.text!r} is not within {scale.low:g} to {scale.high:g}"
        return ScoreError("out_of_range", detail)
    return value


def _best_of(quantity: Quantity, scale: Scale, stated: list[Quantity]) -> float | None | ScoreError:
    """Return what a number is counted out of; null when it is on the template's own scale."""
    bests = {found.outer for found in stated if found.outer is not None}
    if quantity.outer is not None:
        bests.add(quantity.outer)
    if quantity.kind == "percent":
        bests = {100.0}
        if 0 < quantity.value <= scale.high < 100:
            return ScoreError("ambiguous", f"{quantity.text!r} may be a share or the score")
    if len(bests) > 1:
        return ScoreError("ambiguous", f"{quantity.text!r} is out of several: {sorted(bests)}")
    if not bests:
        return None
    best = bests.pop()
    if best == scale.high:
        return best
    is_share = best == 1 and "." in quantity.text  # `0.85/1`
    if best not in USUAL_BEST and not is_share:
        return ScoreError("other_scale", f"{quantity.text!r} is out of {best:g}")
    if quantity.outer is None and any(found.low not in (0, None) for found in stated):
        return ScoreError("other_scale", f"{quantity.text!r} is on a scale of its own")
    return best
