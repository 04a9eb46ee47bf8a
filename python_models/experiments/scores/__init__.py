"""Scores out of judges' texts: the right number, or an error that says why there is none."""

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.parsing import PARSERS, TYPED, parse
from python_models.experiments.scores.typed import answer_type

__all__ = ["PARSERS", "Parsed", "Scale", "ScoreError", "TYPED", "answer_type", "parse"]
