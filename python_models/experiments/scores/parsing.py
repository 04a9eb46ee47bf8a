"""`parse`: one text, one parser of a template, one scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.typed import read_typed

Read = Callable[[list[str], Scale], Parsed | ScoreError]
TYPED = "json"  # asked for as such; the others read what a judge wrote freely
PARSERS = (TYPED, "in_last_line", "complex", "pair")


@cache
def _free() -> dict[str, Read]:
    """Return what reads free texts: to compile its patterns takes half a second."""
    from python_models.experiments.scores.pair import read_pair
    from python_models.experiments.scores.reader import read_complex, read_last_line

    return {"in_last_line": read_last_line, "complex": read_complex, "pair": read_pair}


def parse(
    text: str | None,
    parser: str,
    scale: Sequence[float] | Scale = Scale(),  # noqa: B008
) -> Parsed | ScoreError:
    """Return the score of a judge's text on a template's scale, or why there is none.

    Args:
        text: the stored answer; markup, thoughts and quoted programs in it are not read.
        parser: `json` (an object of a reason and a score), `in_last_line` (one number, labelled or
            alone, on the last line), `complex` (the last three lines; also three bare digits as an
            average) or `pair` (two answers).
        scale: lowest and highest score of the template, 0 to 10 unless told.

    A number out of range, several that disagree, or none give an error with its reason: a text
    that leaves any doubt gives no number.

    Raises:
        ValueError: there is no such parser, or the scale is empty.
    """
    low, high = scale
    if not low < high:
        raise ValueError(f"a scale from {low} to {high} holds no scores")
    if parser not in PARSERS:
        raise ValueError(f"there is no parser {parser!r}: {', '.join(PARSERS)}")
    if text is None or not text.strip():
        return ScoreError("empty", "the text is empty")
    if parser == TYPED:
        return read_typed(text, Scale(float(low), float(high)))
    from python_models.experiments.scores.cleaning import plain_lines

    lines = plain_lines(text)
    if isinstance(lines, ScoreError):
        return lines
    if not lines:
        return ScoreError("empty", "the text holds no words or numbers")
    return _free()[parser](lines, Scale(float(low), float(high)))
