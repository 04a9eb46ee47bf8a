"""What is said of rated files: how texts parse, how far raters agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from python_models.experiments.agreement.alpha import LEVELS, alpha
from python_models.experiments.agreement.measuring import agreement_rows
from python_models.experiments.agreement.resampling import Floats
from python_models.experiments.agreement.variance import decompose
from python_models.experiments.scores import Parsed, parse

MOST_RATERS = 12  # of which pairs are told one by one
EXAMPLES = 20


def parsing_of(
    texts: Sequence[tuple[str | None, tuple[float, ...] | None]],
    parser: str,
    scale: tuple[float, float],
) -> dict[str, Any]:
    """Return how many texts parse, how many scores equal the recorded ones, and what is left."""
    errors: Counter[str] = Counter()
    parsed = equal = recorded_count = 0
    differing: list[dict[str, Any]] = []
    for place, (text, recorded) in enumerate(texts, start=1):
        found = parse(text, parser, scale)
        recorded_count += recorded is not None
        if not isinstance(found, Parsed):
            errors[found.reason] += 1
            differing.append({"record": place, "recorded": str(recorded), "parsed": str(found)})
            continue
        parsed += 1
        scores = [found.score]
        if parser == "pair" and found.second_score is not None:
            scores.append(found.second_score)
        if recorded is not None and np.allclose(scores, recorded, atol=1e-9):
            equal += 1
        elif recorded is not None:
            differing.append(
                {"record": place, "recorded": str(recorded), "parsed": str((*scores,))}
            )
    return {
        "texts": len(texts),
        "parsed": parsed,
        "parsed_share": parsed / len(texts) if texts else None,
        "recorded": recorded_count,
        "equal": equal,
        "equal_share": equal / recorded_count if recorded_count else None,
        "errors": dict(errors),
        "differing": differing[:EXAMPLES],
    }


def agreement_of(ratings: Floats, raters: Sequence[str]) -> dict[str, Any]:
    """Return the statistics of ratings, and where their variance lies."""
    known = ~np.isnan(ratings)
    found: dict[str, Any] = {
        "units": int(known.any(axis=1).sum()),
        "units_rated_twice": int((known.sum(axis=1) >= 2).sum()),
        "raters": len(raters),
        "ratings": int(known.sum()),
    }
    if len(raters) <= MOST_RATERS:
        found["agreement"] = agreement_rows(ratings, raters)
    else:
        found["agreement"] = [
            {"statistic": f"alpha_{level}"} | vars(alpha(ratings, level)) for level in LEVELS
        ]
    units, judges = np.nonzero(known)
    factors = {"unit": units.tolist(), "rater": judges.tolist()}
    found["variance"] = [vars(part) for part in decompose(ratings[known], factors)]
    return found
