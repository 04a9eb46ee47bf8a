"""Scores by cohort become rows of agreement and components of variance."""

from __future__ import annotations

from itertools import product
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from python_models.experiments.judging import agreements_measured, variances_decomposed
from python_models.release import reuse


def scores(repeats: int = 1, judges: tuple[str, ...] = ("a", "b")) -> list[dict[str, Any]]:
    """Return scores of two cohorts: the second judge is always a tenth harsher."""
    chance = np.random.default_rng(3)
    rows = []
    for combo, template, model, draft in product(range(8), range(2), range(2), range(repeats)):
        good = 0.3 + 0.05 * combo + 0.1 * template + chance.normal(0, 0.02)
        for cohort, judge in product(("all", "one"), judges):
            rows.append(
                {
                    "cohort_id": cohort,
                    "combo_id": f"c{combo}",
                    "draft_template_hash": f"t{template}",
                    "essay_template_hash": "e",
                    "generation_model_id": f"m{model}",
                    "essay_gen_id": f"{combo}{template}{model}{draft}",
                    "evaluation_template_hash": "v",
                    "evaluation_model_id": judge,
                    "scaled_score": good - 0.1 * (judge == "b"),
                }
            )
    return rows


def relation(rows: list[dict[str, Any]]) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_arrow(pa.Table.from_pylist(rows))


def test_each_cohort_has_its_statistics() -> None:
    rows = agreements_measured(relation(scores())).to_pylist()
    assert {row["cohort_id"] for row in rows} == {"all", "one"}
    by_name = {(r["evaluator_a"], r["statistic"]): r for r in rows if r["cohort_id"] == "one"}
    assert by_name["a", "pearson"]["value"] == pytest.approx(1)
    assert by_name["a", "leniency"]["value"] == pytest.approx(0.1)
    assert by_name["b", "leniency"]["value"] == pytest.approx(-0.1)
    assert by_name["all", "icc3"]["value"] == pytest.approx(1)
    assert by_name["all", "icc2"]["value"] < 1


def test_one_judge_gives_no_agreement() -> None:
    assert len(agreements_measured(relation(scores(judges=("a",))))) == 0


def test_scores_without_a_number_are_left_out() -> None:
    rows = scores()
    expected = variances_decomposed(relation(rows)).to_pylist()
    with_errors = [*rows, *({**row, "scaled_score": None} for row in rows)]
    assert variances_decomposed(relation(with_errors)).to_pylist() == expected


def test_a_component_of_replicates_needs_texts_written_twice() -> None:
    def found(repeats: int) -> dict[str, Any]:
        rows = variances_decomposed(relation(scores(repeats))).to_pylist()
        return {row["component"]: row["variance"] for row in rows if row["cohort_id"] == "one"}

    assert found(1)["replicate"] is None
    assert found(1)["text"] is not None
    assert found(3)["replicate"] == pytest.approx(0.02**2, rel=0.4)


def test_the_judges_bias_is_theirs_and_not_the_texts() -> None:
    rows = variances_decomposed(relation(scores())).to_pylist()
    found = {row["component"]: row["variance"] for row in rows if row["cohort_id"] == "all"}
    assert found["evaluation_model"] == pytest.approx(0.1**2 / 2, rel=1e-6)
    assert found["residual"] == pytest.approx(0, abs=1e-12)


MEASURES = {"agreement": agreements_measured, "variance": variances_decomposed}


def marked(found: pa.Table) -> duckdb.DuckDBPyRelation:
    """Return results of an earlier build, their n set to what only that build can have said."""
    return duckdb.connect().from_arrow(
        found.set_column(found.column_names.index("n"), "n", pa.array([-1] * len(found)))
    )


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_cohorts_with_the_scores_of_the_last_build_keep_its_results(measure: Any) -> None:
    rows = scores()
    before = marked(measure(relation(rows)))
    again = measure(relation(rows[::-1]), before)
    assert set(again.column("n").to_pylist()) == {-1}
    assert set(again.column("cohort_id").to_pylist()) == {"all", "one"}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
@pytest.mark.parametrize("change", ["score", "row", "judge"])
def test_one_other_score_has_its_cohort_measured_anew_and_no_other(
    measure: Any, change: str
) -> None:
    rows = scores()
    before = marked(measure(relation(rows)))
    place = next(at for at, row in enumerate(rows) if row["cohort_id"] == "one")
    if change == "score":
        rows[place]["scaled_score"] += 0.01
    elif change == "judge":
        rows[place]["evaluation_model_id"] = "c"
    else:
        del rows[place]
    found = measure(relation(rows), before).to_pylist()
    assert {row["n"] for row in found if row["cohort_id"] == "all"} == {-1}
    assert -1 not in {row["n"] for row in found if row["cohort_id"] == "one"}
    expected = measure(relation(rows)).to_pylist()
    assert [r for r in found if r["cohort_id"] == "one"] == [
        r for r in expected if r["cohort_id"] == "one"
    ]


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_cohorts_of_the_same_scores_have_the_same_results(measure: Any) -> None:
    found = measure(relation(scores())).to_pylist()
    one, every = (
        [{**row, "cohort_id": ""} for row in found if row["cohort_id"] == cohort]
        for cohort in ("one", "all")
    )
    assert one == every


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_results_of_other_code_are_not_taken_over(
    measure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = marked(measure(relation(scores())))
    monkeypatch.setattr(reuse, "code_hash", lambda _: "mended")
    assert -1 not in measure(relation(scores()), before).column("n").to_pylist()


def test_scores_in_any_order_give_the_same_digits() -> None:
    rows = scores(repeats=3, judges=("a", "b", "c"))
    for measure in MEASURES.values():
        assert measure(relation(rows[::-1])).equals(measure(relation(rows)))
