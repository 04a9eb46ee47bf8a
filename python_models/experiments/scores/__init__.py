"""Scores out of judges' texts: the right number, or an error that says why there is none."""

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.parsing import PARSERS, parse

__all__ = ["PARSERS", "Parsed", "Scale", "ScoreError", "parse"]
