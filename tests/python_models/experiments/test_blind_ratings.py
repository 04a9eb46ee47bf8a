"""Ratings that people give: appended, read back, shuffled by a seed, held against judges."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

from python_models.experiments.agreement.pairwise import kappa
from python_models.experiments.blind_ratings import (
    Rating,
    RatingRefused,
    agreement_with_judges,
    in_order,
    keep_rating,
    kept_ratings,
    rater_name,
    ratings_file,
)
from python_models.experiments.ratings import main

UNITS = [f"essay{at}" for at in range(8)]


def test_a_rating_is_appended_and_the_last_one_of_a_person_counts() -> None:
    assert kept_ratings() == []
    keep_rating(Rating("e1", "anna", 3, "c"))
    keep_rating(Rating("e1", "ben", 4, "c"))
    keep_rating(Rating("e1", " anna ", 7.5, "all", seed=5))
    with ratings_file().open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [(row["unit"], row["rater"], row["score"], row["seed"]) for row in written] == [
        ("e1", "anna", "3", "0"), ("e1", "ben", "4", "0"), ("e1", "anna", "7.5", "5"),
    ]  # fmt: skip
    assert {(row["rater"], row["score"]) for row in kept_ratings()} == {("anna", 7.5), ("ben", 4)}


@pytest.mark.parametrize("score", [-0.5, 10.5, float("nan"), float("inf")])
def test_a_score_beyond_the_scale_is_refused_and_nothing_is_kept(score: float) -> None:
    with pytest.raises(RatingRefused, match="between 0 and 10"):
        keep_rating(Rating("e1", "anna", score, "c"))
    assert not ratings_file().exists()


@pytest.mark.parametrize("name", ["", "=1+1", "@x", "-x", "a,b", "a\x00b", 'a"b', "x" * 61])
def test_a_name_that_a_table_would_take_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(RatingRefused):
        keep_rating(Rating("e1", name, 5, "c"))
    assert not ratings_file().exists()


def test_names_of_people_are_kept_with_single_blanks() -> None:
    assert rater_name("  Zoë  van Dam ") == "Zoë van Dam"
    assert rater_name("ben_2") == "ben_2"


def test_what_a_power_cut_left_of_a_row_costs_that_row_only() -> None:
    keep_rating(Rating("e1", "anna", 3, "c"))
    with ratings_file().open("a", encoding="utf-8") as file:
        file.write("e2,anna,9")
    keep_rating(Rating("e3", "anna", 5, "c"))
    assert {row["unit"]: row["score"] for row in kept_ratings()} == {"e1": 3, "e3": 5}


def test_a_row_that_was_cut_within_a_letter_costs_that_row_only() -> None:
    keep_rating(Rating("e1", "anna", 3, "c"))
    with ratings_file().open("ab") as file:
        file.write("e2,Zoë".encode()[:-1])
    keep_rating(Rating("e3", "anna", 5, "c"))
    assert {row["unit"]: row["score"] for row in kept_ratings()} == {"e1": 3, "e3": 5}


def test_people_who_rate_at_the_same_time_lose_nothing() -> None:
    given = [Rating(unit, f"rater{at}", at, "c") for unit in UNITS for at in range(6)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep_rating, given))
    assert {(row["unit"], row["rater"], row["score"]) for row in kept_ratings()} == {
        (one.unit, one.rater, one.score) for one in given
    }


def test_a_seed_alone_decides_the_order_and_new_essays_move_no_other() -> None:
    order = in_order(UNITS, 1)
    assert sorted(order) == UNITS
    assert order == in_order(UNITS[::-1], 1)
    assert len({tuple(in_order(UNITS, seed)) for seed in range(20)}) == 20
    assert [one for one in in_order([*UNITS, "new"], 1) if one != "new"] == order


def test_agreement_is_that_of_the_measures_on_what_both_rated() -> None:
    people = [1.0, 2.0, 4.0, 5.0, 7.0, 8.0, 9.0, 3.0]
    shares = [0.2, 0.1, 0.5, 0.4, 0.7, 0.9, 0.8, 0.3]
    ratings = [
        {"unit": unit, "rater": "judge_a", "score": score}  # whose name a judge has too
        for unit, score in zip(UNITS, people, strict=True)
    ]
    judged = [
        {"unit": unit, "judge": "judge_a", "share": share}
        for unit, share in zip(UNITS, shares, strict=True)
    ] + [{"unit": UNITS[0], "judge": "judge_b", "share": 0.5}]
    found = {
        (row["judge"], row["statistic"]): row for row in agreement_with_judges(ratings, judged)
    }
    assert len(found) == 6
    assert {row["rater"] for row in found.values()} == {"judge_a"}
    pearson = found["judge_a", "pearson"]
    assert pearson["value"] == pytest.approx(stats.pearsonr(people, shares).statistic, abs=1e-12)
    assert pearson["low"] < pearson["value"] < pearson["high"]
    assert pearson["n"] == 8
    spearman = found["judge_a", "spearman"]["value"]
    assert spearman == pytest.approx(stats.spearmanr(people, shares).statistic, abs=1e-12)
    weighted = kappa(np.array(people) / 10, np.array(shares), "quadratic").value
    assert found["judge_a", "kappa_quadratic"]["value"] == pytest.approx(weighted, abs=1e-12)
    alone = found["judge_b", "pearson"]
    assert (alone["value"], alone["n"]) == (None, 1)
    assert "fewer than three" in alone["reason"]


def test_kept_ratings_are_read_by_the_command_for_ratings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for at, unit in enumerate(UNITS):
        keep_rating(Rating(unit, "anna", at, "c"))
        keep_rating(Rating(unit, "ben", 10 - at, "c"))
    assert main(["--json", str(ratings_file())]) == 0
    said = capsys.readouterr().out
    assert '"raters": 2' in said
    assert '"units_rated_twice": 8' in said
