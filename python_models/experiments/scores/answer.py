"""What reading a score out of a text gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Reason = Literal[
    "empty",
    "truncated",
    "none",
    "several",
    "out_of_range",
    "ambiguous",
    "other_scale",
    "no_text",
    "no_parser",
    "no_scale",
    "parser_failed",
]
Reading = Literal["number", "fraction", "percent", "words", "average_of_digits"]


class Scale(NamedTuple):
    """Lowest and highest score of a template, both possible."""

    low: float = 0.0
    high: float = 10.0


@dataclass(frozen=True)
class Parsed:
    """A score on the template's scale, and the number as it stands in the text.

    With the parser `pair`, `score` belongs to the first answer and `second_score` to the other.
    """

    score: float
    raw_score: float
    reading: Reading
    found: str
    second_score: float | None = None
    second_raw_score: float | None = None


@dataclass(frozen=True)
class ScoreError:
    """Why a text gives no score: a code to count by, and a sentence for a person."""

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
