"""A number out of another best is the same share of the template's scale, or no score at all."""

from __future__ import annotations

import pytest

from python_models.experiments.scores.answer import Scale, ScoreError
from python_models.experiments.scores.numbers import Quantity
from python_models.experiments.scores.scaling import to_scale

USUAL = (5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100)
TEN = Scale(0.0, 10.0)


def share(value: float, outer: float, text: str = "") -> Quantity:
    return Quantity("fraction", text or f"{value:g}/{outer:g}", float(value), float(outer))


def reason(found: float | ScoreError) -> str:
    assert isinstance(found, ScoreError), found
    return found.reason


@pytest.mark.parametrize("best", range(1, 121))
def test_a_share_of_a_usual_best_is_brought_to_the_scale(best: int) -> None:
    found = to_scale(share(best / 5, best, "a/b"), TEN, [])
    if best in USUAL:
        assert found == pytest.approx(2.0)
    else:
        assert reason(found) == "other_scale"


def test_a_share_of_one_is_one_where_it_has_decimals() -> None:
    assert to_scale(share(0.85, 1, "0.85/1"), TEN, []) == pytest.approx(8.5)
    assert reason(to_scale(share(1, 1, "1/1"), TEN, [])) == "other_scale"


@pytest.mark.parametrize(("value", "said"), [
    (0, 0.0), (5, 10.0), (-0.1, "out_of_range"), (5.1, "out_of_range"), (2.5, 5.0)
])  # fmt: skip
def test_a_share_lies_within_its_own_best(value: float, said: float | str) -> None:
    found = to_scale(share(value, 5), TEN, [])
    assert (found if isinstance(said, float) else reason(found)) == said


@pytest.mark.parametrize(("value", "said"), [
    (1, 1.0), (7, 7.0), (0.9, "out_of_range"), (7.1, "out_of_range")
])  # fmt: skip
def test_a_bare_number_lies_on_the_scale(value: float, said: float | str) -> None:
    found = to_scale(Quantity("number", f"{value:g}", value), Scale(1, 7), [])
    assert (found if isinstance(said, float) else reason(found)) == said


def test_another_best_means_nothing_on_a_scale_that_begins_above_zero() -> None:
    assert reason(to_scale(share(4, 5), Scale(1, 10), [])) == "other_scale"
    assert to_scale(share(4, 10), Scale(1, 10), []) == 4
    assert (
        to_scale(share(4, 7), Scale(1.0, float("7")), []) == 4
    )  # usual or not: it is the template's own


@pytest.mark.parametrize(("value", "high", "said"), [
    (85, 10, 8.5), (0, 10, 0.0), (100, 10, 10.0), (10, 10, "ambiguous"), (10.5, 10, 1.05),
    (0.5, 10, "ambiguous"), (7, 100, 7.0), (101, 10, "out_of_range"),
])  # fmt: skip
def test_a_percentage_that_may_be_the_score_is_none(
    value: float, high: float, said: float | str
) -> None:
    found = to_scale(Quantity("percent", f"{value:g} %", float(value), 100.0), Scale(0.0, high), [])
    if isinstance(said, str):
        assert reason(found) == said
    else:
        assert found == pytest.approx(said)


def test_a_scale_the_line_names_holds_for_its_bare_number() -> None:
    to_five = Quantity("scale", "0 to 5", outer=5.0, low=0.0)
    from_one = Quantity("scale", "1 to 5", outer=5.0, low=1.0)
    bare = Quantity("number", "4", 4.0)
    assert to_scale(bare, TEN, [to_five]) == 8
    assert reason(to_scale(bare, TEN, [from_one])) == "other_scale"
    assert to_scale(share(4, 5), TEN, [from_one]) == 8  # the share says it by itself
    assert reason(to_scale(share(4, 10), TEN, [to_five])) == "ambiguous"
    assert to_scale(bare, TEN, [Quantity("best", "max", outer=None, low=0.0)]) == 4
    assert to_scale(bare, TEN, [Quantity("best", "of 10", outer=10.0)]) == 4
    assert to_scale(bare, TEN, [Quantity("best", "of 5", outer=5.0, low=None)]) == 8
