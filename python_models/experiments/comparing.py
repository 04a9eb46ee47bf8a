"""Templates, models and versions of templates compared two by two at the same places."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from python_models.experiments.judging import by_cohort
from python_models.release.reuse import HASH

Row = dict[str, Any]
COMPARISONS = pa.schema(
    [
        ("cohort_id", pa.string()),
        (HASH, pa.string()),
        ("factor", pa.string()),
        ("item_a", pa.string()),
        ("item_b", pa.string()),
        ("mean_a", pa.float64()),
        ("mean_b", pa.float64()),
        ("difference", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("p_value", pa.float64()),
        ("p_adjusted", pa.float64()),
        ("place_count", pa.int64()),
        ("combo_count", pa.int64()),
        ("concept_count", pa.int64()),
        ("verdict", pa.string()),
        ("sentence", pa.string()),
    ]
)
READ = ("factor", "family", "item", "version", "place", "concept_ids", "mean_share")
MOST_ITEMS = 30  # of which each is compared with each; of more, each with the best

Places = dict[str, tuple[float, str]]  # mean share and concepts by place


def comparisons_measured(places: Any, before: Any = None) -> pa.Table:
    """Return each comparison of a relation of scored places, cohort by cohort.

    Two items are compared at the places both have: the same combination, other templates, models
    and judge. Templates and models are compared each with each, versions of a template with the
    one before. p values are adjusted (Holm) for all comparisons of a factor in the cohort.

    Args:
        places: a DuckDB relation with a row per cohort, factor, item and place.
        before: what this gave for the last build; it holds for cohorts with the same places.
    """
    return by_cohort(places, before, READ, _compared, COMPARISONS)


def _compared(found: pa.Table) -> list[Row]:
    by_factor: dict[str, list[Row]] = defaultdict(list)
    for row in found.to_pylist():
        by_factor[row["factor"]].append(row)
    return [one for factor in sorted(by_factor) for one in _of_factor(factor, by_factor[factor])]


def _of_factor(factor: str, rows: list[Row]) -> list[Row]:
    # scipy takes long to import, which a build that measures nothing has no use for
    from python_models.experiments.agreement.paired import (
        adjusted,
        paired_difference,
        sentence_of,
        verdict_of,
    )

    items, compared = _by_item(rows), []
    for one, two in _pairs(items):
        common = sorted(items[one].keys() & items[two].keys())
        if not common:
            continue
        shares = np.array([[items[one][at][0], items[two][at][0]] for at in common])
        concepts = [frozenset(items[one][at][1].split("+")) for at in common]
        found = paired_difference(shares[:, 1] - shares[:, 0], concepts)
        compared.append((one[2], two[2], shares.mean(axis=0), found))
    p_values = adjusted([found.p_value for *_, found in compared])
    tested = sum(p_value is not None for p_value in p_values)
    return [
        {
            "factor": factor,
            "item_a": one,
            "item_b": two,
            "mean_a": float(means[0]),
            "mean_b": float(means[1]),
            "difference": found.value,
            "low": found.low,
            "high": found.high,
            "p_value": found.p_value,
            "p_adjusted": p_value,
            "place_count": found.places,
            "combo_count": found.combos,
            "concept_count": found.concepts,
            "verdict": verdict_of(found, p_value),
            "sentence": sentence_of(one, two, found, p_value, tested),
        }
        for (one, two, means, found), p_value in zip(compared, p_values, strict=True)
    ]


def _by_item(rows: list[Row]) -> dict[tuple[str, int, str], Places]:
    items: dict[tuple[str, int, str], Places] = defaultdict(dict)
    for row in rows:
        key = (row["family"], row["version"], row["item"])
        items[key][row["place"]] = (row["mean_share"], row["concept_ids"])
    return items


def _pairs(items: dict[tuple[str, int, str], Places]) -> list[tuple[Any, Any]]:
    """Return which items are compared: versions of a family in turn, else each with each."""
    names = sorted(items)
    if any(family for family, _, _ in names):
        return [(one, two) for one, two in pairwise(names) if one[0] == two[0]]
    if len(names) <= MOST_ITEMS:
        return list(combinations(names, 2))
    best = max(names, key=lambda name: np.mean([share for share, _ in items[name].values()]))
    return [(name, best) for name in names if name != best]
