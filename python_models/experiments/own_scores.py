"""Scores by parsers of a study's author: in a tag, of a pattern, or of a function."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingestion.experiments.own_code import FUNCTION, CannotRun, called, matches
from ingestion.experiments.parsers import PATTERN, TAG_PARSER
from python_models.experiments.scores import Parsed, ScoreError, parse
from python_models.experiments.texts import in_tag

LINE = "in_last_line"  # reads what was found


def is_own_parser(parser: str | None) -> bool:
    """Say whether a parser is one that a study brings along."""
    return parser is not None and (
        parser.startswith(PATTERN)
        or TAG_PARSER.fullmatch(parser) is not None
        or FUNCTION.fullmatch(parser) is not None
    )


def read_own(text: str | None, parser: str, scale: Sequence[float]) -> Parsed | ScoreError:
    """Return the score that a parser of one's own takes out of a judge's text.

    What a tag or a pattern finds is read as a last line is; places of a pattern that give different
    scores are an error. A function gives the number on the scale, or a text that is read so.
    """
    if text is None or not text.strip():
        return ScoreError("empty", "the text is empty")
    if parser.startswith("tag:"):
        found, error = in_tag(text, parser.removeprefix("tag:"))
        return ScoreError("none", error) if error else parse(found, LINE, scale)
    try:
        if parser.startswith(PATTERN):
            return _agreeing(matches(parser.removeprefix(PATTERN), text), parser, scale)
        value = called(parser, text)
    except CannotRun as error:
        return ScoreError("parser_failed", str(error))
    if isinstance(value, str):
        return parse(value, LINE, scale)
    return _number(value, parser, scale)


def _agreeing(places: list[str], parser: str, scale: Sequence[float]) -> Parsed | ScoreError:
    if not places:
        return ScoreError("none", f"nothing in the text is {parser}")
    read = [parse(place, LINE, scale) for place in places]
    failed = next((one for one in read if isinstance(one, ScoreError)), None)
    scores = {one.score for one in read if isinstance(one, Parsed)}
    if failed is None and len(scores) > 1:
        listed = ", ".join(f"{score:g}" for score in sorted(scores))
        return ScoreError("several", f"{parser} finds scores that differ: {listed}")
    return failed or read[-1]


def _number(value: float | None, parser: str, scale: Sequence[float]) -> Parsed | ScoreError:
    if value is None or isinstance(value, bool) or not math.isfinite(value):
        return ScoreError("none", f"{parser} gave {value!r}, which is no score")
    low, high = scale
    if not low <= value <= high:
        said = f"{parser} gave {value:g}, which is not within {low:g} to {high:g}"
        return ScoreError("out_of_range", said)
    return Parsed(float(value), float(value), "number", f"{value:g}")
