"""Answers written down before the parsers were looked at, and what a careful person reads in each.

They stand in `unseen_answers.csv`: parser, score (two for a pair), whether an error is no loss
(a number then has to be this one), scale, and the text with JSON's escapes. None of the others is
an error: nobody could say their score without doubt or read another.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_suffix(".csv")


class Unseen(NamedTuple):
    """A text, its parser and what is to come of it."""

    parser: str
    text: str
    expected: float | tuple[float, float] | None
    scale: tuple[float, float] = (0, 10)


def _unseen(row: dict[str, str]) -> Unseen:
    scores = [float(text) for text in row["expected"].split()]
    expected = None if not scores else scores[0] if len(scores) == 1 else (scores[0], scores[1])
    scale = (float(row["lowest"]), float(row["highest"]))
    return Unseen(row["parser"], json.loads(f'"{row["text"]}"'), expected, scale)


with TABLE.open(encoding="utf-8", newline="") as _file:
    _ROWS = [(row["or_error"], _unseen(row)) for row in csv.DictReader(_file)]

EXACT = [one for or_error, one in _ROWS if or_error == "no"]
NUMBER_OR_ERROR = [one for or_error, one in _ROWS if or_error == "yes"]
