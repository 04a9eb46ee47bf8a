"""Components of variance are those the data were made of, and those of ANOVA where balanced."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm

from python_models.experiments.agreement.variance import RESIDUAL, decompose


def crossed(seed: int, sizes: dict[str, int], deviations: dict[str, float], repeats: int = 1):
    """Return scores of a full crossing of factors with effects of known deviations."""
    chance = np.random.default_rng(seed)
    grid = np.indices([*sizes.values(), repeats]).reshape(len(sizes) + 1, -1)
    factors = dict(zip(sizes, grid, strict=False))
    scores = 5 + chance.normal(0, deviations[RESIDUAL], grid.shape[1])
    for name, levels in factors.items():
        scores += chance.normal(0, deviations[name], sizes[name])[levels]
    return scores, factors


def variances(found) -> dict[str, float]:
    return {one.name: one.estimate for one in found}


@pytest.mark.parametrize("seed", range(4))
def test_balanced_data_give_the_estimators_of_anova(seed: int) -> None:
    scores, factors = crossed(seed, {"a": 7, "b": 5}, {"a": 1, "b": 2, RESIDUAL: 1}, repeats=3)
    frame = pd.DataFrame({"y": scores} | dict(factors.items()))
    squares = anova_lm(smf.ols("y ~ C(a) + C(b)", frame).fit())
    mean = squares["sum_sq"] / squares["df"]
    found = variances(decompose(scores, factors))
    assert found[RESIDUAL] == pytest.approx(mean["Residual"], abs=1e-9)
    assert found["a"] == pytest.approx((mean["C(a)"] - mean["Residual"]) / 15, abs=1e-9)
    assert found["b"] == pytest.approx((mean["C(b)"] - mean["Residual"]) / 21, abs=1e-9)


def test_balanced_data_give_the_mixed_models_components() -> None:
    scores, factors = crossed(1, {"a": 8, "b": 6}, {"a": 1, "b": 1.5, RESIDUAL: 0.8}, repeats=2)
    frame = pd.DataFrame({"y": scores, "one": 1} | dict(factors))
    parts = {"a": "0 + C(a)", "b": "0 + C(b)"}
    fitted = smf.mixedlm("y ~ 1", frame, groups="one", vc_formula=parts).fit(reml=True)
    found = variances(decompose(scores, factors))
    assert found["a"] == pytest.approx(fitted.vcomp[0], rel=1e-3)
    assert found["b"] == pytest.approx(fitted.vcomp[1], rel=1e-3)
    assert found[RESIDUAL] == pytest.approx(fitted.scale, rel=1e-3)


def test_known_components_come_back_on_average_from_unbalanced_data() -> None:
    """Unbiased: over many data sets with a third of the cells gone the mean is what went in."""
    deviations = {"combo": 1.0, "template": 0.5, "model": 0.7, "judge": 0.9, RESIDUAL: 0.6}
    sizes = {"combo": 8, "template": 5, "model": 4, "judge": 4}
    found = []
    for seed in range(120):
        scores, factors = crossed(seed, sizes, deviations)
        kept = np.random.default_rng(seed + 10_000).random(len(scores)) < 0.66
        thinned = {name: levels[kept] for name, levels in factors.items()}
        found.append(variances(decompose(scores[kept], thinned)))
    for name, deviation in deviations.items():
        each = np.array([one[name] for one in found])
        error = each.std(ddof=1) / np.sqrt(len(each))
        assert abs(each.mean() - deviation**2) < 4 * error, name


def test_shares_add_up_to_one_and_none_is_negative() -> None:
    scores, factors = crossed(2, {"a": 6, "b": 3}, {"a": 1, "b": 0, RESIDUAL: 1})
    found = decompose(scores, factors)
    assert sum(one.share for one in found) == pytest.approx(1)
    assert all(one.variance >= 0 for one in found)


def test_a_factor_of_one_level_has_no_component() -> None:
    scores, factors = crossed(3, {"a": 6, "b": 4}, {"a": 1, "b": 1, RESIDUAL: 1})
    found = {one.name: one for one in decompose(scores, factors | {"c": ["x"] * len(scores)})}
    assert found["c"].variance is None
    assert found["c"].df == 0
    assert found["a"].variance == pytest.approx(decompose(scores, factors)[0].variance)


def test_a_factor_that_copies_another_is_not_told_apart() -> None:
    scores, factors = crossed(4, {"a": 6, "b": 4}, {"a": 1, "b": 1, RESIDUAL: 1})
    found = {one.name: one for one in decompose(scores, factors | {"copy": factors["a"] + 10})}
    assert found["copy"].variance is None
    assert found["a"].variance is not None


@pytest.mark.parametrize("size", [0, 1, 2])
def test_too_few_scores_have_no_components(size: int) -> None:
    found = decompose([5.0] * size, {"a": ["x", "y"][:size]})
    assert [one.variance for one in found] == [None, None]


def test_scores_that_do_not_vary_have_no_shares() -> None:
    found = decompose([5.0] * 12, {"a": list("xyzxyzxyzxyz")})
    assert all(one.share is None for one in found)
