"""Which essays of a study are shown to its judges two at a time.

A study has pairs where it has `templates/comparison.csv`: two essays of the same concepts and
replicate that differ in one thing, a draft template, an essay template or the writing model.
`pairs:` of study.yml says which of these may differ; without it each may.
"""

from __future__ import annotations

from math import comb

from ingestion.experiments.definition import PAIR_FACTORS, Definition
from ingestion.experiments.tables import Row

ORDERS = 2  # each pair is shown in both


def pair_factors(
    definition: Definition, rows: dict[str, list[Row]], problems: list[str]
) -> list[Row]:
    """Return what may differ between two essays of a pair; a problem where nobody judges them."""
    is_asked = any(row["kind"] == "comparison" and row["is_active"] for row in rows["templates"])
    if definition.pairs is not None and not is_asked:
        problems.append("pairs: there is no usable template of comparison to show them with")
    if not is_asked:
        return []
    if not any(row["for_evaluation"] for row in rows["models"]):
        problems.append("to judge pairs takes a model for evaluation")
    factors = definition.pairs or PAIR_FACTORS
    return [{"factor": one} for one in PAIR_FACTORS if one in factors]


def written_with(rows: dict[str, list[Row]]) -> list[Row]:
    """Return the active templates, but for the one that stands for texts made elsewhere."""
    return [row for row in rows["templates"] if row["is_active"] and row["generator"] != "import"]


def pair_questions(definition: Definition, rows: dict[str, list[Row]], combos: int) -> int:
    """Return how many questions about pairs so many combinations are, both orders counted."""
    templates = written_with(rows)
    size = {
        "draft_template": sum(row["kind"] == "draft" for row in templates),
        "essay_template": sum(row["kind"] == "essay" for row in templates),
        "generation_model": sum(row["for_generation"] for row in rows["models"]),
    }
    essays = size["draft_template"] * size["essay_template"] * size["generation_model"]
    pairs = sum(
        essays // size[row["factor"]] * comb(size[row["factor"]], 2)
        for row in rows["pair_factors"]
        if size[row["factor"]]
    )
    asked = sum(row["kind"] == "comparison" for row in templates)
    judges = sum(row["for_evaluation"] for row in rows["models"])
    return combos * pairs * definition.replicates.draft * ORDERS * asked * judges
