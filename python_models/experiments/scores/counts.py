"""Numbers that count things, or the parts a score is made of: they are no score."""

from __future__ import annotations

from python_models.experiments.scores.line_patterns import (
    AVERAGE_OF,
    CONFIDENT,
    COUNT,
    PARTITIVE,
    THINGS,
)
from python_models.experiments.scores.numbers import Skeleton


def counts_parts(bare: Skeleton, place: int) -> bool:
    """Say whether a number may say of how many parts a score is made: `Average of the two`."""
    found, before = bare.at(place), bare.text[:place]
    is_whole = found.outer is None and found.value % 1 == 0
    return is_whole and bool(PARTITIVE.search(before) or AVERAGE_OF.search(before))


def is_count(bare: Skeleton, place: int, hedged: bool, labelled: int) -> bool:
    """Say whether a number counts things (`2 minor flaws`) or says how sure a judge is.

    Before the label at the place `labelled` it may be things of any name and language.
    """
    after = bare.text[place + 1 :]
    if place < labelled and bare.at(place).kind == "number" and THINGS.match(after):
        return not hedged
    if bare.at(place).kind == "percent" and CONFIDENT.search(
        bare.text[max(0, place - 25) : place + 25]
    ):
        return True
    kinds = ("number", "fraction", "odd")  # `1,200 words` is odd
    return not hedged and bare.at(place).kind in kinds and bool(COUNT.match(after))
