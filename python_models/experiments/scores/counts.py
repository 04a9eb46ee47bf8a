"""Numbers that count things, or the parts a score is made of: they are no score."""

from __future__ import annotations

from python_models.experiments.scores.line_patterns import (
    AVERAGE_OF,
    AVERAGED,
    CONFIDENT,
    PARTITIVE,
)
from python_models.experiments.scores.numbers import Skeleton
from python_models.experiments.scores.prose import NUMBERED


def counts_parts(bare: Skeleton, place: int) -> bool:
    """Say whether a number may be of parts: how many (`Average of the two`), or their average."""
    found, before = bare.at(place), bare.text[:place]
    if AVERAGED.search(before):
        return True
    is_whole = found.outer is None and found.value % 1 == 0
    return is_whole and bool(PARTITIVE.search(before) or AVERAGE_OF.search(before))


def is_count(bare: Skeleton, place: int) -> bool:
    """Say whether a number counts something (`2 minor flaws`), or says how sure a judge is."""
    if bare.at(place).kind == "percent" and CONFIDENT.search(
        bare.text[max(0, place - 25) : place + 25]
    ):
        return True
    return any(found.start() <= place < found.end() for found in NUMBERED.finditer(bare.text))
