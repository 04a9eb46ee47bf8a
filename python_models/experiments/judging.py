"""Agreement of judges and components of variance, cohort by cohort and over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.lakehouse.sql_text import literal
from python_models.release.reuse import HASH, hash_of

Row = dict[str, Any]
AGREEMENT = pa.schema(
    [
        ("cohort_id", pa.string()),
        (HASH, pa.string()),
        ("evaluator_a", pa.string()),
        ("evaluator_b", pa.string()),
        ("statistic", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("n", pa.int64()),
        ("reason", pa.string()),
    ]
)
VARIANCE = pa.schema(
    [
        ("cohort_id", pa.string()),
        (HASH, pa.string()),
        ("component", pa.string()),
        ("estimate", pa.float64()),
        ("variance", pa.float64()),
        ("share", pa.float64()),
        ("df", pa.int64()),
        ("n", pa.int64()),
    ]
)
# what makes a text
TEXT = ("combo_id", "draft_template_hash", "essay_template_hash", "generation_model_id")
JUDGED = ("essay_gen_id", "evaluation_template_hash", "evaluation_model_id", "scaled_score")


def agreements_measured(scores: Any, before: Any = None) -> pa.Table:
    """Return the statistics of agreement of a relation of scores by cohort.

    Raters are evaluation models; a unit is an essay under one evaluation template, so that no
    two templates are mixed in one unit. Replicates are averaged; scores are shares of the scale.

    Args:
        scores: a DuckDB relation.
        before: what this gave for the last build; it holds for cohorts with the same scores.
    """
    scored = scores.filter("scaled_score is not null")
    return by_cohort(scored, before, JUDGED, _agreement, AGREEMENT)


def variances_decomposed(scores: Any, before: Any = None) -> pa.Table:
    """Return the components of variance of a relation of scores by cohort.

    `text` is what combination, template and model make together beyond what each does alone;
    `replicate` is one text beside others of the same coordinates, and has no component where
    none was written twice. Evaluation replicates differ in the residual only. Texts made
    elsewhere have no combination and no draft template, and no part in it.

    Args:
        scores: a DuckDB relation.
        before: what this gave for the last build; it holds for cohorts with the same scores.
    """
    written = scores.filter("combo_id is not null and scaled_score is not null")
    return by_cohort(written, before, (*TEXT, *JUDGED), _variance, VARIANCE)


def _agreement(found: pa.Table) -> list[Row]:
    # scipy and scikit-learn take seconds, which a build that measures nothing has no use for
    from python_models.experiments.agreement.measuring import agreement_rows, table_of

    units = _joined(found, "essay_gen_id", "evaluation_template_hash")
    raters, scores = found.column("evaluation_model_id"), found.column("scaled_score")
    return agreement_rows(*table_of(units, raters, scores.to_numpy()))


def _variance(found: pa.Table) -> list[Row]:
    from python_models.experiments.agreement.variance import decompose

    scores = found.column("scaled_score").to_numpy()
    return [
        {
            "component": part.name,
            "estimate": part.estimate,
            "variance": part.variance,
            "share": part.share,
            "df": part.df,
            "n": len(scores),
        }
        for part in decompose(scores, _factors(found))
    ]


def _factors(found: pa.Table) -> dict[str, Any]:
    """Return what makes a text, and who judges it: each a random factor."""
    texts, essays = _joined(found, *TEXT), found.column("essay_gen_id")
    is_repeated = len(pc.unique(essays)) > len(pc.unique(texts))
    return {
        "combo": found.column("combo_id"),
        "template": _joined(found, "draft_template_hash", "essay_template_hash"),
        "generation_model": found.column("generation_model_id"),
        "text": texts,
        "replicate": essays if is_repeated else pa.repeat("", len(essays)),
        "evaluation_template": found.column("evaluation_template_hash"),
        "evaluation_model": found.column("evaluation_model_id"),
    }


def _joined(table: pa.Table, *names: str) -> Any:
    return pc.binary_join_element_wise(*(table.column(name) for name in names), " ")


def by_cohort(
    scored: Any,
    before: Any,
    columns: Sequence[str],
    measure: Callable[[pa.Table], list[Row]],
    shape: pa.Schema,
) -> pa.Table:
    """Measure each cohort's rows; cohorts of the same rows are measured once.

    Args:
        scored: a DuckDB relation with `cohort_id`.
        before: what this gave for the last build.
        columns: what is measured, and has to be the same.
        measure: gives a cohort's results.
        shape: of the result.
    """
    known = _known(before)
    rows: list[Row] = []
    for cohort_id, digest in _hashes(scored, columns):
        if digest not in known:
            # sums of floats depend on their order
            of_cohort = scored.filter(f"cohort_id = {literal(cohort_id)}")
            ordered = of_cohort.project(", ".join(columns)).order(", ".join(columns))
            known[digest] = measure(ordered.to_arrow_table())
        rows += [row | {"cohort_id": cohort_id, HASH: digest} for row in known[digest]]
    return pa.Table.from_pylist(rows, shape)


def _hashes(scored: Any, columns: Sequence[str]) -> list[tuple[str, str]]:
    """Return each cohort with the hash of its scores, in whatever order they come.

    Sums over the rows' hashes do not depend on an order, so nothing has to be sorted.
    """
    hashed = scored.project(f"cohort_id, {hash_of(columns, 'experiments')} as row_hash")
    sums = (
        "count(*), sum(cast(md5_number_lower(row_hash) as hugeint)), "
        "sum(cast(md5_number_upper(row_hash) as hugeint))"
    )
    return sorted(
        hashed.aggregate(f"cohort_id, md5(concat_ws(' ', {sums}))", "cohort_id").fetchall()
    )


def _known(before: Any) -> dict[str, list[Row]]:
    """Return earlier results by the hash of what they rest on, once each."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in before.to_arrow_table().to_pylist() if before is not None else ():
        found.setdefault(row[HASH], {}).setdefault(row["cohort_id"], []).append(row)
    return {digest: next(iter(cohorts.values())) for digest, cohorts in found.items()}
