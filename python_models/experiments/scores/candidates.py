"""What one line of a judge's text may offer as a score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from python_models.experiments.scores.numbers import Quantity, Skeleton

Tier = Literal["whole", "labelled", "criterion", "said", "alone"]


@dataclass
class Candidate:
    """A number that a line says is a score."""

    tier: Tier
    quantity: Quantity
    name: str
    place: int
    verdict: tuple[int, int] | None = None  # where a whole sentence that gives it begins and ends


@dataclass
class LineReading:
    """The candidates of a line, and numbers that nothing explains."""

    skeleton: Skeleton
    candidates: list[Candidate] = field(default_factory=list)
    unexplained: list[Quantity] = field(default_factory=list)
    criteria: list[Quantity] = field(default_factory=list)
    named: list[tuple[str, int]] = field(default_factory=list)  # what is something else's
