"""One score: on the last line, or on the last three."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.candidates import Candidate, LineReading
from python_models.experiments.scores.doubts import doubt
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.line_patterns import RESTATED
from python_models.experiments.scores.numbers import Quantity
from python_models.experiments.scores.remarks import REASON_NAME, is_harmless
from python_models.experiments.scores.scaling import to_scale
from python_models.experiments.scores.words import LABELS, WHOLES

LOOKED_AT = 3
_STRENGTHS = {"said": 1, "labelled": 1, "whole": 2}
LONGEST = 30  # lines of a text that begins with its score
_HEADING = re.compile(r"^[^.!?]{1,60}[:：]$|^\|[^|]*\|$")
_SCORE_NAME = re.compile(
    rf"\b(?:{LABELS}|{WHOLES}|answer|output|result|response|number|value|points?|nota?e?|below|follows)\b"
    r"|[\u3040-\ud7a3]",
    re.I,
)
# then a number under another name is another's: `{"score": null, "essay_score": 10}`
_NOT_GIVEN = re.compile(
    rf"(?:^|[;|])\s*(?:(?:final|overall|total)\s+)?(?:{LABELS}|note|nota)\s*[:=|]\s*"
    r"(?:null|none|nan|n/?a)\s*(?:$|[;|])",
    re.I,
)


def read_last_line(lines: list[str], scale: Scale) -> Parsed | ScoreError:
    """Return the one number, labelled or alone, of the last line."""
    found = _read(lines, 1, scale)
    if isinstance(found, Parsed) and (other := _contradicted(lines[-LOOKED_AT:], found)):
        return _several([other, found.found])
    return found


def _contradicted(lines: list[str], found: Parsed) -> str | None:
    """Return another number that a line before the last gives under a label as strong."""
    last = read_line(lines[-1])
    strength = max((_STRENGTHS.get(one.tier, 0) for one in last.candidates), default=0)
    for one in (one for line in lines[:-1] for one in read_line(line).candidates):
        is_other = abs(one.quantity.value - found.raw_score) > 1e-9
        is_as_strong = 0 < strength <= _STRENGTHS.get(one.tier, 0)
        if is_as_strong and is_other and not RESTATED.search(last.skeleton.text):
            return one.quantity.text
    return None


def read_complex(lines: list[str], scale: Scale) -> Parsed | ScoreError:
    """Return the score of the last three lines; three bare digits are an average.

    `456` stands for three scores of 4, 5 and 6, that is 5.0. Where it could as well be one number
    (100 on a scale that ends at 10 may be full marks in percent) there is no score.
    """
    return _read(lines, LOOKED_AT, scale)


def _read(lines: list[str], count: int, scale: Scale) -> Parsed | ScoreError:
    if count > 1:
        count = len(lines) if _is_first(lines) else count + _listed_below(lines)
    if empty := next(filter(None, map(_NOT_GIVEN.search, lines[-max(count, LOOKED_AT) :])), None):
        return ScoreError("none", f"the judge leaves its score out: {empty.group().strip()!r}")
    readings = [read_line(line) for line in lines[-count:]]
    found = _strongest(lines, readings)
    if isinstance(found, ScoreError):
        return found
    parsed: list[Parsed] = []
    for reading, candidate in found:
        one = _average(candidate.quantity, scale) if count > 1 else None
        one = one or _parsed(reading, candidate, scale)
        if isinstance(one, ScoreError):
            return one
        parsed.append(one)
    if len({round(one.score, 9) for one in parsed}) > 1:
        return _several([one.found for one in parsed])
    for reading in {id(reading): reading for reading, _ in found}.values():
        other = _unexplained(reading, parsed[0].score, scale)
        if other is not None:
            return other
    for pair in found:
        why = doubt(lines, readings, pair, scale)
        if why is not None:
            return why
    return parsed[-1]


def _is_first(lines: list[str]) -> bool:
    """Say whether the first line alone of a text offers a score, and reasons follow."""
    if not LOOKED_AT < len(lines) <= LONGEST or not read_line(lines[0]).candidates:
        return False
    later = map(read_line, lines[1:])
    return not any(one.candidates or one.unexplained or one.named for one in later)


def _listed_below(lines: list[str]) -> int:
    """Count the lines of lists of strengths, weaknesses or reasons that end a text."""
    headings = (
        place
        for place, line in enumerate(lines)
        if line.endswith(":") and (is_harmless(line) or REASON_NAME.match(line))
    )
    first = next(headings, None)
    return 0 if first is None else max(0, len(lines) - first - LOOKED_AT + 1)


Found = list[tuple[LineReading, Candidate]]


def _strongest(lines: list[str], readings: list[LineReading]) -> Found | ScoreError:
    """Return the candidates that count: the whole before parts, labels before bare numbers."""
    every = [(reading, one) for reading in readings for one in reading.candidates]
    whole = [pair for pair in every if pair[1].tier == "whole"]
    said = [pair for pair in every if pair[1].tier == "said"]
    labelled = [pair for pair in every if pair[1].tier == "labelled"]
    alone = _alone(lines, readings)
    if whole:
        after = every[every.index(whole[-1]) :]
        return _checked_total(lines, whole) or [
            *whole, *said, *[pair for pair in after if pair[1].tier == "labelled"], *alone
        ]  # fmt: skip
    if labelled or said or alone:
        return [*labelled, *said, *alone]
    criteria = [pair for pair in every if pair[1].tier == "criterion"]
    if criteria:
        return _only_criterion(lines, criteria)
    if any(reading.unexplained for reading in readings):
        quoted = [one.text for reading in readings for one in reading.unexplained]
        if any(len(reading.unexplained) + len(reading.named) > 1 for reading in readings):
            return _several(quoted)
        return ScoreError("none", f"no number is clearly the score: {', '.join(quoted[:5])}")
    return ScoreError("none", "no score where the parser looks for it")


def _checked_total(lines: list[str], whole: Found) -> ScoreError | None:
    """Refuse a total without its best when it may be the sum of criteria."""
    for _, one in whole:
        is_sum = re.search(r"\b(?:total|sum|gesamt\w*|totale?)\b", one.name)
        if is_sum and one.quantity.outer is None and one.quantity.kind == "number":
            parts = [part for line in lines[:-1] for part in _parts(line)]
            values = [part.value for part in parts][-12:]
            if len(values) >= 2 and one.quantity.value > max(values):
                return ScoreError("ambiguous", f"{one.quantity.text!r} may be a sum")
            if len(values) >= 2 and abs(sum(values) - one.quantity.value) < 1e-9:
                return ScoreError("ambiguous", f"{one.quantity.text!r} may be a sum")
    return None


def _parts(line: str) -> list[Quantity]:
    reading = read_line(line)
    return [*reading.criteria, *(one.quantity for one in reading.candidates if one.tier != "alone")]


def _only_criterion(lines: list[str], criteria: Found) -> Found | ScoreError:
    """Take a score of one named quality when the text gives no other number a label."""
    others = {
        (one.name, one.quantity.value)
        for line in lines
        for reading in (read_line(line),)
        for one in reading.candidates
    }
    more = [part for line in lines for part in read_line(line).criteria]
    if len(others) > 1 or more:
        return ScoreError("several", "scores of single criteria, none of the whole")
    return criteria


def _alone(lines: list[str], readings: list[LineReading]) -> Found:
    """Return numbers that stand alone on their line, but for those under another's heading."""
    first = len(lines) - len(readings)
    found: Found = []
    for offset, reading in enumerate(readings):
        for one in reading.candidates:
            if one.tier != "alone":
                continue
            before = lines[first + offset - 1] if first + offset else ""
            is_last = first + offset == len(lines) - 1
            heading = _HEADING.match(before)
            is_first = not first + offset and len(lines) > 1
            named = heading is not None and _SCORE_NAME.search(before) is not None
            if named or (is_last and not heading) or is_first or one.quantity.outer is not None:
                found.append((reading, one))
            elif not is_last or heading:
                reading.unexplained.append(one.quantity)
    return found


def _parsed(reading: LineReading, candidate: Candidate, scale: Scale) -> Parsed | ScoreError:
    quantity = candidate.quantity
    is_signed = quantity.text.startswith("+") and scale.low < 0  # where +1 is no change
    if quantity.kind == "odd" and not is_signed:
        return ScoreError("ambiguous", f"{quantity.text!r} can be read in more than one way")
    score = to_scale(quantity, scale, reading.skeleton.scales())
    if isinstance(score, ScoreError):
        return score
    return Parsed(score, quantity.value, quantity.reading, quantity.text)


def _average(quantity: Quantity, scale: Scale) -> Parsed | ScoreError | None:
    """Read three bare digits as three scores; refuse what could be one number as well.

    Null where these are no three bare digits, or the scale is too long for a digit each.
    """
    is_bare = quantity.kind == "number" and re.fullmatch("[0-9]{3}", quantity.text)
    if not is_bare or scale.high > 10:
        return None
    digits = [int(digit) for digit in quantity.text]
    if quantity.value <= 100:
        return ScoreError("ambiguous", f"{quantity.text!r} may be one number or three digits")
    if not all(scale.low <= digit <= scale.high for digit in digits):
        return ScoreError("out_of_range", f"a digit of {quantity.text!r} is not on the scale")
    return Parsed(sum(digits) / 3, quantity.value, "average_of_digits", quantity.text)


def _unexplained(reading: LineReading, score: float, scale: Scale) -> ScoreError | None:
    """Refuse a line with a number that might be the score as well, unless it says the same."""
    for other in reading.unexplained:
        same = None if other.kind == "odd" else to_scale(other, scale, reading.skeleton.scales())
        if isinstance(same, ScoreError) or same is None or abs(same - score) > 1e-9:
            return _several([*(one.quantity.text for one in reading.candidates), other.text])
    return None


def _several(found: list[str]) -> ScoreError:
    return ScoreError("several", f"several numbers that disagree: {', '.join(found[:6])}")
