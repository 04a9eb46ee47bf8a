"""Which combinations of concepts a study tries, counted before they are made.

All of one size up to `LARGEST_K` are made in SQL; those of several sizes, of a larger one, and
those that study.yml or combinations.csv lists are rows of the study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, combinations
from math import comb

from ingestion.experiments.definition import LARGEST_K, Definition
from ingestion.experiments.pairs import pair_questions, written_with
from ingestion.experiments.parsers import BadRow
from ingestion.experiments.tables import Row, flag

TABLE = "combinations.csv"  # concepts (`ant;bell`), active
MOST_COMBOS = 200_000


def combo_maker(known: set[str], k_max: int) -> Callable[[Row], Row]:
    """Return what makes a combination of a row of combinations.csv.

    Args:
        known: the study's concepts.
        k_max: concepts that one may have.
    """
    seen: dict[frozenset[str], str] = {}

    def make(row: Row) -> Row:
        names = [name.strip() for name in row["concepts"].replace("+", ";").split(";")]
        combo = [name for name in names if name]
        said = f"combination {row['concepts']!r}"
        if not combo or len(set(combo)) != len(combo):
            raise BadRow("bad_combination", f"{said} is not a list of different concepts")
        if unknown := [name for name in combo if name not in known]:
            raise BadRow(
                "bad_combination", f"{said}: concepts.csv has no usable {', '.join(unknown)}"
            )
        if len(combo) > k_max:
            raise BadRow("bad_combination", f"{said} has more than k_max {k_max} concepts")
        if frozenset(combo) in seen:
            raise BadRow("doubled", f"{said} is listed before, as {seen[frozenset(combo)]!r}")
        seen[frozenset(combo)] = row["concepts"]
        return {"concepts": combo, "is_active": flag(row, "active")}

    return make


def combo_problems(definition: Definition, listed: list[Row] | None, active: set[str]) -> list[str]:
    """Return what is wrong with a study's listed combinations."""
    problems = []
    if listed is not None and not any(row["is_active"] for row in listed):
        problems.append(f"{TABLE} lists no combination that can be used")
    if definition.combinations is not None and listed is not None:
        problems.append(f"combinations are listed in study.yml and in {TABLE}; leave one out")
    is_listed = listed is not None or definition.combinations is not None
    if definition.sizes is not None and is_listed:
        problems.append("sizes and listed combinations exclude each other; leave one out")
    for at, combo in enumerate(definition.combinations or (), start=1):
        if unknown := sorted(set(combo) - active):
            problems.append(f"combination {at} names {', '.join(unknown)}: no active concept")
        if len(combo) > definition.k_max:
            problems.append(f"combination {at} has more than k_max {definition.k_max} concepts")
    for row in listed or ():
        if row["is_active"] and (unknown := sorted(set(row["concepts"]) - active)):
            said = ";".join(row["concepts"])
            problems.append(f"{TABLE}: {said} names {', '.join(unknown)}: no active concept")
    return problems


def size_problems(definition: Definition, rows: dict[str, list[Row]], active: int) -> list[str]:
    """Return why all combinations of a study's sizes cannot be tried: too few, or too many.

    They are counted, never made; what they would ask for is said.
    """
    sizes = definition.sizes or [definition.k_max]
    if active < max(sizes):
        what = "k_max" if definition.sizes is None else "the largest of sizes"
        return [f"{active} active concepts, {what} is {max(sizes)}"]
    counts = {size: comb(active, size) for size in sizes}
    total, most = sum(counts.values()), definition.most_combinations or MOST_COMBOS
    if total <= most:
        return []
    by_size = ", ".join(f"{count:,} of {size}" for size, count in counts.items())
    return [
        f"more than {most:,} combinations: {total:,} of {active} concepts ({by_size}), which ask "
        f"for {_asked(definition, rows, total)}; list those you want, choose fewer concepts, or "
        f"say that it is meant: `most_combinations: {total}`"
    ]


def listed_combos(
    definition: Definition, listed: list[Row] | None, active: set[str]
) -> Iterable[Iterable[str]] | None:
    """Return the combinations that are rows of a study; None where SQL makes all of k_max."""
    if listed is not None:
        return [row["concepts"] for row in listed if row["is_active"]]
    if definition.combinations is not None:
        return definition.combinations
    if definition.sizes is None and definition.k_max <= LARGEST_K:
        return None
    names, sizes = sorted(active), definition.sizes or [definition.k_max]
    return chain.from_iterable(combinations(names, size) for size in sizes)


def _asked(definition: Definition, rows: dict[str, list[Row]], combos: int) -> str:
    """Return how many drafts, essays and evaluations so many combinations are."""
    templates = written_with(rows)
    count = {
        kind: sum(row["kind"] == kind for row in templates)
        for kind in ("draft", "essay", "evaluation")
    }
    writers = sum(row["for_generation"] for row in rows["models"])
    judges = sum(row["for_evaluation"] for row in rows["models"])
    drafts = combos * count["draft"] * writers * definition.replicates.draft
    texts = drafts * count["essay"]
    by_llm = sum(row["kind"] == "essay" and row["generator"] == "llm" for row in templates)
    evaluations = texts * count["evaluation"] * judges * definition.replicates.evaluation
    said = f"{drafts:,} drafts, {drafts * by_llm:,} essays and {evaluations:,} evaluations"
    if pairs := pair_questions(definition, rows, combos):
        said += f", and {pairs:,} comparisons of pairs"
    return said
