"""Paired differences: the t test where that holds, and right about as often as they say."""

from __future__ import annotations

from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from python_models.experiments.agreement.paired import (
    adjusted,
    paired_difference,
    sentence_of,
    verdict_of,
)
from python_models.experiments.comparing import comparisons_measured

ALONE = [frozenset([f"c{at}"]) for at in range(12)]


def test_with_a_concept_in_each_place_it_is_the_paired_t_test() -> None:
    chance = np.random.default_rng(3)
    before, after = chance.normal(0.5, 0.1, 12), chance.normal(0.6, 0.1, 12)
    found = paired_difference(after - before, ALONE)
    expected = stats.ttest_rel(after, before)
    ends = expected.confidence_interval(0.95)
    assert found.value == pytest.approx((after - before).mean(), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)


def test_repeated_places_of_a_concept_are_no_further_evidence() -> None:
    apart = np.random.default_rng(4).normal(0.1, 0.3, 12)
    once = paired_difference(apart, ALONE)
    often = paired_difference(np.repeat(apart, 5), [one for one in ALONE for _ in range(5)])
    assert (often.low, often.high) == pytest.approx((once.low, once.high), abs=1e-12)
    assert (often.places, often.combos, often.concepts) == (60, 12, 12)


@pytest.mark.parametrize(("concepts", "size", "effect"), [(6, 2, 1.0), (10, 2, 0.5), (8, 3, 1.0)])
def test_intervals_hold_the_truth_about_as_often_as_they_say(
    concepts: int, size: int, effect: float
) -> None:
    chance = np.random.default_rng(5)
    combos = list(combinations(range(concepts), size))
    members = [frozenset(map(str, combo)) for combo in combos]
    held = 0
    for _ in range(400):
        of_concept = chance.normal(0, effect, concepts)
        apart = np.array([of_concept[list(combo)].sum() for combo in combos])
        found = paired_difference(apart + chance.normal(0, 1, len(combos)), members)
        assert found.low is not None and found.high is not None
        held += found.low <= 0 <= found.high
    assert held / 400 > 0.92


def test_too_few_concepts_and_one_that_is_everywhere_give_no_interval() -> None:
    pairs = [frozenset(["all", name]) for name in "abc"]
    found = paired_difference(np.array([0.1, 0.2, 0.3]), pairs)
    assert (found.low, found.p_value, found.concepts) == (None, None, 3)
    said = sentence_of("one", "two", found, None, 1)
    assert verdict_of(found, None) == "too_few"
    assert said.startswith("two scores 20.0 points higher than one at the same 3 places")
    assert "fewer than 4 concepts" in said


def test_a_difference_without_any_spread_is_certain() -> None:
    same = paired_difference(np.zeros(12), ALONE)
    assert (same.low, same.high, same.p_value) == (0, 0, 1)
    higher = paired_difference(np.full(12, 0.1), ALONE)
    assert verdict_of(higher, higher.p_value) == "higher"


def test_many_comparisons_are_adjusted_as_statsmodels_does() -> None:
    p_values = [0.01, 0.04, 0.03, 0.005, 0.5]
    expected = multipletests(p_values, method="holm")[1]
    found = adjusted([*p_values, None])
    assert found[:-1] == pytest.approx(list(expected), abs=1e-12)
    assert found[-1] is None


def places(draws: dict[str, list[float]], factor: str, family: str = "") -> list[dict]:
    return [
        {
            "cohort_id": "k", "factor": factor, "family": family, "item": item, "version": at,
            "place": f"p{place}", "concept_ids": f"c{place}", "mean_share": share,
        }
        for at, (item, shares) in enumerate(draws.items())
        for place, share in enumerate(shares)
    ]  # fmt: skip


def measured(rows: list[dict]) -> list[dict]:
    with duckdb.connect() as connection:
        return comparisons_measured(connection.from_arrow(pa.Table.from_pylist(rows))).to_pylist()


def test_a_better_template_is_told_from_one_that_may_be_chance() -> None:
    chance = np.random.default_rng(6)
    base = chance.uniform(0.2, 0.6, 20)
    draws = {
        "base": list(base),
        "better": list(base + 0.2 + chance.normal(0, 0.02, 20)),
        "same": list(base + chance.normal(0, 0.05, 20)),
    }
    rows = {
        (row["item_a"], row["item_b"]): row for row in measured(places(draws, "draft_template"))
    }
    verdicts = {pair: row["verdict"] for pair, row in rows.items()}
    assert verdicts == {
        ("base", "better"): "higher", ("base", "same"): "undecided", ("better", "same"): "lower",
    }  # fmt: skip
    said = rows["base", "better"]["sentence"]
    assert said.startswith("better scores ") and "higher than base at the same 20 places" in said
    assert "among 3 comparisons" in said
    assert rows["base", "same"]["sentence"].startswith("No difference is shown between base and")
    assert rows["base", "better"]["low"] > 0.15


def test_versions_are_compared_in_turn_and_only_at_places_both_have() -> None:
    versions = {"t v1": [0.1] * 6, "t v2": [0.2] * 8, "t v3": [0.4] * 8}
    other = {"u v1": [0.9] * 8}
    rows = measured(places(versions, "draft_version", "t") + places(other, "draft_version", "u"))
    pairs = {(row["item_a"], row["item_b"]): row["place_count"] for row in rows}
    assert pairs == {("t v1", "t v2"): 6, ("t v2", "t v3"): 8}
