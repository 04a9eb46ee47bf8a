"""A share of a best (`8/10`, `three out of ten`) without a label, said of the whole."""

from __future__ import annotations

import re

from python_models.experiments.scores.candidates import Candidate, LineReading
from python_models.experiments.scores.closed import SUMS_UP, WORDS, set_of, unknown
from python_models.experiments.scores.line_patterns import (
    CJK,
    CLOSED,
    DOUBTS,
    OPENING,
    OPENS,
    OTHERS_SAY,
    RANKED,
    TOLD_TO,
    clause_of,
)
from python_models.experiments.scores.prose import is_prose
from python_models.experiments.scores.remarks import describes_the_whole, strange
from python_models.experiments.scores.words import DENIALS

# `Structure — 8/10` names what is scored, `A daring idea, loosely told — 8/10` does not
_BEFORE_DASH = re.compile(r"(?:^|[.!?;]\s+)([^.!?;]*[^.!?;\s])\s*[–—-]\s*$")
# a sentence with its share in brackets, behind a colon or a dash
_BESIDE = re.compile(r"(?:^|[.!?。！？;]\s*)([^.!?。！？;:()]+?)\s*([(:–—-])\s*$")
_TEXTS = set_of(WORDS["texts"])


def take_shares(reading: LineReading, taken: set[int]) -> None:
    """Take `8/10` that opens or closes a sentence as said, when the line has no other number."""
    bare = reading.skeleton
    places = [place for place in bare.numbers() if place not in taken]
    if any(found.kind == "words" for at, found in bare.quantities.items() if at + 2 in places):
        return  # `due 7/10`
    if len(places) != 1 or taken or bare.at(places[0]).kind != "fraction":
        return
    place = places[0]
    before, rest = bare.text[:place], bare.text[place + 1 :]
    clause = clause_of(before)
    closes = re.match(rf"^{CLOSED}(?:overall)?{CLOSED}[.!。]?{CLOSED}$", rest)
    opens = re.match(rf"^{OPENING}$", before) and OPENS.match(rest)
    is_best = bare.at(place).outer in (10, 100) or re.search(r"/|out", bare.at(place).text)
    told = _BESIDE.search(before)
    is_whole = closes and told and _is_of_the_whole(told[1], is_named=told[2] == ":")
    if is_whole or (opens and is_best and not _doubted(rest)):
        span = (place, place + 1) if is_whole else None
        reading.candidates.append(Candidate("said", bare.at(place), "", place, span))
        taken.add(place)
        return
    label = re.search(r"(.*)[:=|]", clause) or _BEFORE_DASH.search(before)
    open_label = label and not SUMS_UP.fullmatch(label[1].strip())
    if label and label.re is _BEFORE_DASH and not (strange(label[1]) and unknown(label[1])):
        open_label = False
    unsure = re.search(DENIALS, SUMS_UP.sub(" ", clause)) or re.search(
        rf"(?:\b(?:in|than|to|or|for)|[{CJK}]|[-–—+<>≤≥])\s*$", clause
    )
    sums_up = not re.sub(r"[\s,:]", "", SUMS_UP.sub("", clause))
    is_share = (sums_up or re.search(r"/|out", bare.at(place).text)) and not RANKED.search(clause)
    is_told = OTHERS_SAY.search(clause) or TOLD_TO.match(clause)
    if closes and is_share and not (is_told or open_label or unsure):
        reading.candidates.append(Candidate("said", bare.at(place), "", place))
        taken.add(place)


def _is_of_the_whole(text: str, is_named: bool) -> bool:
    """Say whether a share behind these words is the text's: `Aufsatz: 6/10`."""
    return (is_named and text.strip() in _TEXTS) or describes_the_whole(text, is_named)


def _doubted(rest: str) -> bool:
    """Say whether a sentence that opens with a share may take it back, or quote it."""
    if rest[:1] == ":" and is_prose(rest[1:]):
        return False
    return bool(DOUBTS.search(rest) or OTHERS_SAY.search(rest))
