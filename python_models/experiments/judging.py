"""Agreement of judges and components of variance, cohort by cohort and over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from python_models.experiments.agreement.measuring import agreement_rows, table_of
from python_models.experiments.agreement.variance import decompose

Row = dict[str, Any]
AGREEMENT = pa.schema(
    [
        ("cohort_id", pa.string()),
        ("evaluator_a", pa.string()),
        ("evaluator_b", pa.string()),
        ("statistic", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("n", pa.int64()),
    ]
)
VARIANCE = pa.schema(
    [
        ("cohort_id", pa.string()),
        ("component", pa.string()),
        ("estimate", pa.float64()),
        ("variance", pa.float64()),
        ("share", pa.float64()),
        ("df", pa.int64()),
        ("n", pa.int64()),
    ]
)
# what makes a text, and who judges it: each a random factor
TEXT = ("combo_id", "draft_template_hash", "essay_template_hash", "generation_model_id")


def agreements_measured(scores: Any) -> pa.Table:
    """Return the statistics of agreement of a relation of scores by cohort.

    Raters are evaluation models; a unit is an essay under one evaluation template, so that no
    two templates are mixed in one unit. Replicates are averaged; scores are shares of the scale.
    """
    rows: list[Row] = []
    for cohort_id, found in _by_cohort(scores):
        units = [f"{row['essay_gen_id']} {row['evaluation_template_hash']}" for row in found]
        raters = [row["evaluation_model_id"] for row in found]
        ratings, names = table_of(units, raters, [row["scaled_score"] for row in found])
        rows += [{"cohort_id": cohort_id} | row for row in agreement_rows(ratings, names)]
    return pa.Table.from_pylist(rows, AGREEMENT)


def variances_decomposed(scores: Any) -> pa.Table:
    """Return the components of variance of a relation of scores by cohort.

    `text` is what combination, template and model make together beyond what each does alone;
    `replicate` is one text beside others of the same coordinates, and has no component where
    none was written twice. Evaluation replicates differ in the residual only.
    """
    rows: list[Row] = []
    for cohort_id, found in _by_cohort(scores):
        factors = _factors(found)
        for part in decompose([row["scaled_score"] for row in found], factors):
            rows.append(
                {
                    "cohort_id": cohort_id,
                    "component": part.name,
                    "estimate": part.estimate,
                    "variance": part.variance,
                    "share": part.share,
                    "df": part.df,
                    "n": len(found),
                }
            )
    return pa.Table.from_pylist(rows, VARIANCE)


def _factors(rows: list[Row]) -> dict[str, list[str]]:
    texts = [" ".join(str(row[name]) for name in TEXT) for row in rows]
    is_repeated = len({row["essay_gen_id"] for row in rows}) > len(set(texts))
    return {
        "combo": [row["combo_id"] for row in rows],
        "template": [f"{row['draft_template_hash']} {row['essay_template_hash']}" for row in rows],
        "generation_model": [row["generation_model_id"] for row in rows],
        "text": texts,
        "replicate": [row["essay_gen_id"] if is_repeated else "" for row in rows],
        "evaluation_template": [row["evaluation_template_hash"] for row in rows],
        "evaluation_model": [row["evaluation_model_id"] for row in rows],
    }


def _by_cohort(scores: Any) -> Iterable[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in scores.filter("scaled_score is not null").to_arrow_table().to_pylist():
        found[row["cohort_id"]].append(row)
    for rows in found.values():  # sums of floats depend on their order
        rows.sort(key=lambda row: tuple(map(str, row.values())))
    return sorted(found.items())
