"""Our statistics are those of the reference packages, on complete, tied and missing ratings."""

from __future__ import annotations

import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from python_models.experiments.agreement.alpha import alpha
from python_models.experiments.agreement.icc import FORMS, icc
from python_models.experiments.agreement.leniency import calibration, leniency
from python_models.experiments.agreement.measuring import STATISTICS, agreement_rows, table_of
from python_models.experiments.agreement.pairwise import kappa, pairwise

LEVELS = ("nominal", "ordinal", "interval")


def ratings(seed: int, units: int = 40, raters: int = 4, missing: float = 0.2, steps: int = 6):
    """Return ratings on a common truth with noise, a bias by rater and holes."""
    chance = np.random.default_rng(seed)
    truth = chance.normal(5, 2, size=(units, 1))
    found = truth + chance.normal(0, 1, size=(1, raters)) + chance.normal(0, 1, (units, raters))
    found = np.clip(np.round(found * steps / 6), 0, 10)
    found[chance.random(found.shape) < missing] = np.nan
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0, 0.3, 0.6])
def test_alpha_is_krippendorffs(seed: int, missing: float, level: str) -> None:
    given = ratings(seed, missing=missing)
    expected = krippendorff.alpha(reliability_data=given.T, level_of_measurement=level)
    assert alpha(given, level).value == pytest.approx(expected, abs=1e-9)


def ragged(units: int, most: int, low: int, high: int, alike: float) -> np.ndarray:
    """Return whole numbers, of a part of the raters by unit, as published ratings have them."""
    chance = np.random.default_rng(units + most)
    found = np.repeat(chance.integers(low, high + 1, size=(units, 1)), most, axis=1).astype(float)
    other = chance.random(found.shape) > alike
    found[other] = chance.integers(low, high + 1, size=other.sum())
    counts = chance.integers(2, most + 1, size=units)
    found[np.arange(most)[None, :] >= counts[:, None]] = np.nan
    return found


PUBLISHED = {
    "crowds of different size": ragged(26, 44, 1, 6, 0.4),
    "essays rated from 0 to 100 by a few": ragged(60, 4, 0, 100, 0.2),
    "votes that nearly all agree, a tie is rare": ragged(200, 3, 0, 2, 0.95),
    "three people who hardly agree": ragged(140, 3, 1, 5, 0.05),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", PUBLISHED)
def test_alpha_is_krippendorffs_on_ratings_as_they_are_published(shape: str, level: str) -> None:
    given = PUBLISHED[shape]
    expected = krippendorff.alpha(reliability_data=given.T, level_of_measurement=level)
    assert alpha(given, level).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_of_large_numbers_keeps_its_digits(level: str) -> None:
    given = ratings(3) / 3 + 1e6
    expected = krippendorff.alpha(reliability_data=(given - 1e6).T, level_of_measurement=level)
    assert alpha(np.round(given, 9), level).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0, 0.15])
def test_intraclass_correlations_are_pingouins(seed: int, missing: float) -> None:
    given = ratings(seed, missing=missing)
    long = pd.DataFrame(given).melt(ignore_index=False, var_name="rater").reset_index()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pingouin.intraclass_corr(
            long, targets="index", raters="rater", ratings="value", nan_policy="omit"
        )
    by_form = dict(zip(FORMS, expected["ICC"], strict=True))
    found = icc(given)
    for form in FORMS:
        assert found[form].value == pytest.approx(by_form[form], abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_correlations_are_scipys_on_what_both_rated(seed: int) -> None:
    given = ratings(seed)[:, :2]
    both = given[~np.isnan(given).any(axis=1)]
    found = pairwise(given[:, 0], given[:, 1])
    assert found["pearson"].value == pytest.approx(stats.pearsonr(*both.T).statistic, abs=1e-12)
    assert found["spearman"].value == pytest.approx(stats.spearmanr(*both.T).statistic, abs=1e-12)
    assert found["pearson"].n == len(both)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("weights", "theirs"), [("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
def test_kappa_is_that_of_statsmodels(seed: int, weights: str, theirs: str | None) -> None:
    one, two = ratings(seed, missing=0, steps=2)[:, :2].T
    _, codes = np.unique(np.concatenate([one, two]), return_inverse=True)
    table = np.zeros((codes.max() + 1, codes.max() + 1))
    np.add.at(table, (codes[: len(one)], codes[len(one) :]), 1)
    expected = cohens_kappa(table, wt=theirs).kappa if theirs else cohens_kappa(table).kappa
    assert kappa(one, two, weights).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("statistic", ["alpha", "icc", "pearson", "spearman", "kappa"])
def test_an_interval_is_that_of_drawing_units_one_by_one(statistic: str) -> None:
    """Draws of units one by one, and draws counted by kind, have to give the same interval."""
    from python_models.experiments.agreement import resampling

    given = ratings(11, units=25, missing=0, steps=3)
    one, two = given[:, 0], given[:, 1]

    def of(rows: np.ndarray) -> float:
        if statistic == "alpha":
            return alpha(given[rows], "ordinal").value or np.nan
        if statistic == "icc":
            return icc(given[rows])["icc2"].value or np.nan
        if statistic == "kappa":
            return kappa(one[rows], two[rows], "unweighted").value or np.nan
        return getattr(stats, f"{statistic}r")(one[rows], two[rows]).statistic

    whole = {
        "alpha": lambda: alpha(given, "ordinal"),
        "icc": lambda: icc(given)["icc2"],
        "kappa": lambda: kappa(one, two, "unweighted"),
    }.get(statistic, lambda: pairwise(one, two)[statistic])()
    drawn = resampling._kept_draws(np.ones(25).tobytes(), resampling.SEED)[:60]
    looped = [of(np.repeat(np.arange(25), counts.astype(int))) for counts in drawn]
    inside = np.mean([(whole.low <= value <= whole.high) for value in looped])
    assert whole.low < whole.value < whole.high
    assert inside >= 0.8  # of these 60; the interval is corrected for bias


@pytest.mark.parametrize("seed", range(4))
def test_an_interval_is_the_corrected_one_of_scipy(seed: int) -> None:
    one, two = ratings(seed, units=60, missing=0, steps=3)[:, :2].T
    found = pairwise(one, two)["pearson"]
    expected = stats.bootstrap(
        (one, two),
        lambda a, b: stats.pearsonr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="BCa",
        rng=np.random.default_rng(1),
    ).confidence_interval
    width = expected.high - expected.low
    assert found.low == pytest.approx(expected.low, abs=0.12 * width)
    assert found.high == pytest.approx(expected.high, abs=0.12 * width)


@pytest.mark.parametrize("seed", range(40))
def test_an_interval_holds_its_estimate_or_is_none(seed: int) -> None:
    chance = np.random.default_rng(seed)
    given = ratings(seed, units=int(chance.integers(5, 30)), raters=3, missing=0.3, steps=2)
    given[chance.random(given.shape) < 0.5] = 5.0  # most agree, a few decide
    rows = agreement_rows(given, ["a", "b", "c"])
    known = [row for row in rows if row["low"] is not None]
    assert known
    assert all(row["low"] <= row["value"] <= row["high"] for row in known)
    assert all(row["reason"] for row in rows if row["low"] is None)


def test_the_interval_of_many_measures_is_that_of_drawing_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from python_models.experiments.agreement import resampling

    chance = np.random.default_rng(5)
    given = chance.normal(5, 2, (5003, 1)) + chance.normal(0, 1, (5003, 3))
    one, two = given[:, 0], given[:, 1]
    left_out = [alpha(given, "interval"), icc(given)["icc2"], *pairwise(one, two).values()]
    monkeypatch.setattr(resampling, "MOST_KINDS", 10_000)
    drawn = [alpha(given, "interval"), icc(given)["icc2"], *pairwise(one, two).values()]
    for quick, slow in zip(left_out, drawn, strict=True):
        assert quick.value == slow.value
        if slow.low is not None:
            width = slow.high - slow.low
            assert quick.low == pytest.approx(slow.low, abs=0.3 * width)
            assert quick.high == pytest.approx(slow.high, abs=0.3 * width)


def test_the_same_ratings_give_the_same_interval() -> None:
    given = ratings(2)
    assert alpha(given, "interval") == alpha(given.copy(), "interval")


@pytest.mark.parametrize(
    "given",
    [np.empty((0, 3)), np.full((5, 3), np.nan), np.full((6, 2), 7.0), np.array([[1.0, np.nan]])],
)
def test_ratings_that_allow_no_statistic_give_none(given: np.ndarray) -> None:
    rows = agreement_rows(given, [f"r{place}" for place in range(given.shape[1])])
    assert all(row["value"] is None for row in rows if not row["statistic"].startswith("leni"))
    assert all(row["reason"] for row in rows if row["value"] is None or row["low"] is None)


def test_a_lenient_rater_is_above_the_others_and_a_harsh_one_below() -> None:
    chance = np.random.default_rng(5)
    truth = chance.normal(5, 1, size=(200, 1))
    given = truth + np.array([[1.0, 0.0, -1.0]]) + chance.normal(0, 0.3, (200, 3))
    lenient, middle, harsh = (leniency(given, place) for place in range(3))
    assert lenient.low > 1.3
    assert lenient.value == pytest.approx(1.5, abs=0.1)
    assert harsh.high < -1.3
    assert middle.low < 0 < middle.high


def test_calibration_says_what_a_score_is_worth_to_the_others() -> None:
    chance = np.random.default_rng(6)
    truth = chance.uniform(0, 10, size=300)
    given = np.column_stack([2 + truth / 2, truth, truth])  # the first uses half of the scale
    found = calibration(given, 0)
    assert found["calibration_slope"].value == pytest.approx(2)
    assert found["calibration_intercept"].value == pytest.approx(-4)


def test_a_table_has_a_row_for_each_statistic() -> None:
    given = ratings(1)
    rows = agreement_rows(given, list("abcd"))
    assert {row["statistic"] for row in rows} == set(STATISTICS)
    assert len([row for row in rows if row["statistic"] == "pearson"]) == 6


def test_ratings_of_one_unit_by_one_rater_are_averaged() -> None:
    given, raters = table_of(["u", "u", "u", "v"], ["x", "x", "y", "y"], [1, 3, 5, 7])
    assert raters == ["x", "y"]
    assert given.tolist()[0] == [2, 5]
    assert np.isnan(given[1, 0])
    assert given[1, 1] == 7


@pytest.mark.parametrize("statistic", ["alpha", "icc", "pearson", "spearman", "kappa"])
@pytest.mark.parametrize("steps", [2, 4])
def test_units_counted_by_kind_give_the_statistic_and_interval_of_single_units(
    statistic: str, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many units are rated alike, an interval differs by chance between draws only."""
    from python_models.experiments.agreement import alpha as of_alpha
    from python_models.experiments.agreement import icc as of_icc
    from python_models.experiments.agreement import pairwise as of_pairs

    given = ratings(21, units=400, raters=3, missing=0, steps=steps)

    def measured():
        if statistic == "alpha":
            return alpha(given, "ordinal")
        if statistic == "icc":
            return icc(given)["icc2k"]
        return pairwise(given[:, 0], given[:, 1])[statistic]

    by_kind = measured()
    single = lambda rows: (rows, np.ones(len(rows)))  # noqa: E731
    for module in (of_alpha, of_icc, of_pairs):
        monkeypatch.setattr(module, "kinds_of", single)
    one_by_one = measured()
    width = one_by_one.high - one_by_one.low
    assert by_kind.value == pytest.approx(one_by_one.value, abs=1e-12)
    assert by_kind.n == one_by_one.n == 400
    assert by_kind.low == pytest.approx(one_by_one.low, abs=0.15 * width)
    assert by_kind.high == pytest.approx(one_by_one.high, abs=0.15 * width)


@pytest.mark.parametrize(
    ("given", "statistic", "reason"),
    [
        ([[1, np.nan], [np.nan, 2]], "alpha_interval", "no unit has two ratings"),
        ([[1, np.nan], [np.nan, 2]], "pearson", "no unit that both rated"),
        ([[1, 1]] * 6, "alpha_ordinal", "no two ratings differ"),
        ([[1, 1]] * 6, "icc2", "no two ratings differ"),
        ([[1, 2], [2, 2], [3, 2]], "spearman", "one of them gave one score only"),
        ([[1, 2], [2, 1]], "pearson", "fewer than three units that both rated"),
        ([[at, at + 0.5] for at in range(30)], "kappa",
         "more than 25 different scores are no categories"),
        ([[1, 2], [2, 1], [3, 3]], "pearson", "no interval for fewer than 5 units"),
        ([[1, 2]], "leniency", "no interval for one unit"),
        ([[1, 2], [1, 3], [1, 4]], "calibration_slope", "all scores of the judge are the same"),
    ],
)  # fmt: skip
def test_what_ratings_do_not_allow_says_why(given: list, statistic: str, reason: str) -> None:
    rows = agreement_rows(np.array(given, dtype=float), ["a", "b"])
    found = [row for row in rows if row["statistic"] == statistic and row["evaluator_a"] != "b"]
    assert [row["reason"] for row in found] == [reason]


def test_a_statistic_with_its_interval_has_nothing_to_explain() -> None:
    rows = agreement_rows(ratings(4, units=60, steps=3), ["a", "b", "c", "d"])
    assert {row["reason"] for row in rows} == {None}
