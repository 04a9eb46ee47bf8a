"""Two scores for two answers."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.numbers import OTHER, N, Quantity, Skeleton, skeleton
from python_models.experiments.scores.scaling import to_scale

_WHO = (
    r"(?:the\s+)?(?:assistant|answer|response|model|candidate|essay|text|output|summary|"
    r"option|story|ai|system)s?"
)
# `Assistant 1` and its like, before numbers are told apart: the digit is a name
_ONE = re.compile(
    rf"\bfirst\s+{_WHO}(?:'s)?(?:\s+score\b)?|\b{_WHO}[\s_]*(?:#\s*)?(?:1|a|one)\b(?:'s)?(?:\s+score\b)?",
    re.I,
)
_TWO = re.compile(
    rf"\bsecond\s+{_WHO}(?:'s)?(?:\s+score\b)?|\b{_WHO}[\s_]*(?:#\s*)?(?:2|b|two)\b(?:'s)?(?:\s+score\b)?",
    re.I,
)
_THREE = re.compile(rf"\bthird\s+{_WHO}|\b{_WHO}[\s_]*(?:#\s*)?(?:3|c|three)\b", re.I)
_BOTH = re.compile(
    rf"\b{_WHO}\s*(?:1|a|one)\s*(?:and|&|,|vs\.?|/)\s*(?:{_WHO}\s*)?(?:2|b|two)\b", re.I
)
_BARE_ONE = re.compile(r"^(?:a|first)(?=\s*[:=])|(?<=[,;|(]\s)(?:a|first)(?=\s*[:=])", re.I)
_BARE_TWO = re.compile(r"^(?:b|second)(?=\s*[:=])|(?<=[\d,;|(]\s)(?:b|second)(?=\s*[:=])", re.I)
_BARE_THREE = re.compile(r"^(?:c|third)(?=\s*[:=])|(?<=[\d,;|(]\s)(?:c|third)(?=\s*[:=])", re.I)
LONGEST = 300  # letters of a line that is nothing but two scores and the words around them
FIRST, SECOND, THIRD = "\uf901", "\uf902", "\uf903"

_HEAD = (
    r"(?:(?:the|my|final|overall|output|so|therefore|thus|here are|,)\s*)*(?:scores?|"
    r"ratings?|output|result|verdict|grades?)?"
)
_BETWEEN = r"\s*(?:[,;|&]|\band\b|\bvs\.?|\bversus\b|\s)\s*"
_PLAIN_PAIR = re.compile(
    rf"^[\s\"'(\[{{|]*{_HEAD}\s*(?:for\s*{FIRST}?{OTHER}?)?\s*(?:respectively)?\s*(?:are|is|"
    rf":?[:=])?[\s\"'(\[{{]*"
    rf"({N})[\"')\]]*{_BETWEEN}[\"'(\[]*({N})[\s\"')\]}}.!|]*"
    rf"(?:\s*(?:for\s+)?{OTHER}?,?\s*(?:respectively)?[\s.!]*)$"
)
_SAID_PAIR = re.compile(
    rf"\b(?:scores?|ratings?|grades?)\b(?:\s+\w+){{0,6}}?(?:\s*{OTHER})?\s*(?:are|is|of|as|"
    rf"[:=])\s*[\"'(\[]*({N})[\"')\]]*"
    rf"{_BETWEEN}[\"'(\[]*({N})(?=[\s\"')\]}}.,;!]|$)"
)
_LINK = (
    r"\s*['\"]?\s*(?:[:=|]+|\s[-–—]\s|→|->|\bis\b|\bgets\b|\bscores\b|\breceives\b|"
    r"\bscored\b|\((?=[\ue000-\uefff]))\s*[\"'(\[]*"
)
_NAMED = {
    mark: re.compile(rf"{mark}\s*(?:\([^()\ue000-\uefff]*\))?{_LINK}({N})")
    for mark in (FIRST, SECOND, THIRD)
}
_TOTAL = re.compile(
    rf"(?:therefore|thus|so|hence),?\s+(?:the|its|their)\s+score\s+is\s+({N})\s*\.?$"
)
_RANGE_AFTER = re.compile(
    rf"^\s*(?:[-–—~]\s*{N}|[-+?~→<>]|->|to\b|or\b|/|{N})(?<!\s-)"
    r"|^\s+(?!points|marks|pts)[a-z]{3,}s\b"
)


def read_pair(lines: list[str], scale: Scale) -> Parsed | ScoreError:
    """Return the scores of two answers: two numbers on the first or last line, or by name.

    All places of the text that give both scores have to agree.
    """
    marked = [_marked(line) for line in lines]
    if any(_NAMED[THIRD].search(line.text) for line in marked):
        return ScoreError("several", "more than two answers are scored")
    found = [*_plain_pairs(marked), *_named_pairs(marked)]
    if not found:
        return ScoreError("none", "no line holds two scores")
    parsed: list[Parsed] = []
    for line, first, second in found:
        one = to_scale(first, scale, line.scales())
        two = to_scale(second, scale, line.scales())
        if isinstance(one, ScoreError):
            return one
        if isinstance(two, ScoreError):
            return two
        parsed.append(
            Parsed(
                one, first.value, first.reading, f"{first.text} {second.text}", two, second.value
            )
        )
    if len({(round(each.score, 9), round(each.second_score or 0, 9)) for each in parsed}) > 1:
        told = "; ".join(each.found for each in parsed[:4])
        return ScoreError("several", f"pairs that disagree: {told}")
    return parsed[0]


Pair = tuple[Skeleton, Quantity, Quantity]


def _marked(line: str) -> Skeleton:
    """Return a line whose names of the two answers are one character each."""
    line = _BOTH.sub(OTHER, line)
    line = _THREE.sub(THIRD, _TWO.sub(SECOND, _ONE.sub(FIRST, line)))
    line = _BARE_THREE.sub(THIRD, line)
    return skeleton(_BARE_TWO.sub(SECOND, _BARE_ONE.sub(FIRST, line)))


def _plain_pairs(lines: list[Skeleton]) -> list[Pair]:
    """Return pairs without names: alone on the first or last line, or said to be the scores."""
    found: list[Pair] = []
    for number, line in enumerate(lines):
        is_edge = number in (0, len(lines) - 1)
        match = _PLAIN_PAIR.match(line.text) if len(line.text) <= LONGEST else None
        alone = match and (is_edge or re.search(r"[a-z]{4}", line.text[: match.start(1)]))
        match = match if alone else _SAID_PAIR.search(line.text)
        if not match or not _is_whole_pair(line, match):
            continue
        found.append((line, line.at(match.start(1)), line.at(match.start(2))))
    return found


def _is_whole_pair(line: Skeleton, match: re.Match[str]) -> bool:
    """Say whether the two numbers are plain ones and no third one goes on after them."""
    pair = line.at(match.start(1)), line.at(match.start(2))
    rest = line.text[match.end(2) :]
    goes_on = re.match(rf"[\s)\]]*(?:,|and|;|\s)?\s*{N}", rest)
    return goes_on is None and all(one.kind in ("number", "fraction", "percent") for one in pair)


def _named_pairs(lines: list[Skeleton]) -> list[Pair]:
    """Return pairs that name both answers, on one line or on lines that follow each other."""
    found: list[Pair] = []
    before: tuple[int, Quantity] | None = None
    for number, line in enumerate(lines):
        one, two = _named(line, FIRST), _named(line, SECOND)
        if one and two:
            found.append((line, one, two))
            before = None
        elif one:
            before = (number, one)
        elif two and before and number - before[0] <= 2:
            found.append((line, before[1], two))
            before = None
    return found


def _named(line: Skeleton, mark: str) -> Quantity | None:
    """Return the only number a line gives to one of the answers."""
    matches = list(_NAMED[mark].finditer(line.text))
    if not matches and line.text.startswith(mark):
        total = _TOTAL.search(line.text)
        return line.at(total.start(1)) if total else None
    if len(matches) != 1:
        return None
    place = matches[0].start(1)
    quantity = line.at(place)
    if _RANGE_AFTER.match(line.text[place + 1 :]) or quantity.kind == "odd":
        return None
    return quantity
