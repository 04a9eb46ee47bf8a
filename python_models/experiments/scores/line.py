"""What one line of a judge's text offers as a score."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from python_models.experiments.scores.candidates import Candidate, LineReading, Tier
from python_models.experiments.scores.closed import GIVES, QUALITY_WORDS, unknown
from python_models.experiments.scores.counts import counts_parts, is_count
from python_models.experiments.scores.descriptions import names_a_part
from python_models.experiments.scores.frames import verdict_around
from python_models.experiments.scores.line_patterns import (
    AFTER_VERB,
    ALONE,
    CELL,
    CONCEDED,
    COUNTS_AT_ONCE,
    ENDS,
    GRADED,
    LABEL,
    LABELLED,
    LOOSE_END,
    NAMED,
    PART_OF,
    PARTITIVE,
    PIECE,
    QUALITY,
    RESTATED,
    SAID_CJK,
    STARRED,
    THE_END,
    THIS_ONE,
    TOLD_TO,
    UNIT,
    clause_of,
)
from python_models.experiments.scores.numbers import (
    OTHER,
    READABLE,
    N,
    Skeleton,
    skeleton,
)
from python_models.experiments.scores.prose import COUNTING
from python_models.experiments.scores.remarks import strange, tells_of_a_part
from python_models.experiments.scores.restated import without_repetition
from python_models.experiments.scores.shares import take_shares
from python_models.experiments.scores.words import (
    DENIALS,
    LABELS,
    OTHER_TEXTS,
    OTHER_WORDS,
    WEAK_LABELS,
    WHOLE_WORDS,
    WHOLES,
)

_PARTS = {"style", "readability"}
MANY = 60  # a line with more numbers is a table or a sum, and would take long to read


def read_line(line: str) -> LineReading:
    """Return what a line offers: labelled, said in a sentence, or a number alone."""
    bare = skeleton(line)
    reading = LineReading(bare)
    alone = ALONE.match(bare.text)
    if alone:
        place = alone.start("q")
        if alone["stars"] and bare.at(place).outer is None:
            reading.unexplained.append(bare.at(place))
            return reading
        reading.candidates.append(Candidate("alone", bare.at(place), "", place))
        also = bare.at(alone.start("also")) if alone["also"] else None
        if also and (also.kind != "words" or also.value != bare.at(place).value):
            reading.unexplained.append(also)
        return reading
    if not any(bare.at(place).kind in READABLE for place in bare.quantities):
        return reading
    if len(bare.quantities) > MANY:
        reading.unexplained += [bare.at(place) for place in bare.numbers()]
        return reading
    taken = {place for place in bare.quantities if counts_parts(bare, place)}
    reading.unexplained += [bare.at(place) for place in sorted(taken)]
    for found in LABEL.finditer(bare.text):
        _take_label(found, reading, taken)
    _take_graded(reading, taken)
    _take_verdict(reading, taken)
    take_shares(reading, taken)
    _take_only(reading, taken)
    _take_criteria(reading, taken)
    earlier = _sentence_before(reading)
    for place in bare.numbers():
        is_other = place not in taken and not is_count(bare, place)
        if is_other and place > earlier:
            reading.unexplained.append(bare.at(place))
    return reading


def _sentence_before(reading: LineReading) -> int:
    """Return where the sentence of a line's first verdict begins, or what it concedes ends.

    Numbers before it, as in `It could be an 8. My score is 7`, are no other verdicts.
    """
    whole = [one.place for one in reading.candidates if one.tier == "whole"]
    firm = (one for one in reading.candidates if one.tier == "labelled" or one.verdict)
    text = reading.skeleton.text[: min(whole or (one.place for one in firm), default=0)]
    conceded = CONCEDED.match(text)
    return max(text.rfind(". "), conceded.end() if conceded else -1)


def _take_label(found: re.Match[str], reading: LineReading, taken: set[int]) -> None:
    bare, place = reading.skeleton, found.start("q")
    if place in taken:
        return
    clause = clause_of(bare.text[: found.start("label")])
    tier = _tier(found, clause)
    if tier is None:
        if RESTATED.search(clause):  # `revised overall: 8` is no name of another thing
            reading.unexplained.append(bare.at(place))
        taken.add(place)
        reading.named.append((f"{clause} {found['label']}", place))
        return
    rest = bare.text[place + 1 :]
    unit = UNIT.match(rest)
    starred = STARRED.match(rest) and bare.at(place).outer is None
    rest = rest[unit.end() :] if unit else rest
    if _is_loose(found, clause, rest) or starred:
        reading.unexplained.append(bare.at(place))
        taken.add(place)
        return
    quantity = bare.at(place)
    best = re.search(N, found["aside"] or "")
    if best:
        outer_place = found.start("aside") + best.start()
        taken.add(outer_place)
        quantity = replace(bare.at(place), outer=bare.at(outer_place).value, digits="")
    taken.add(place)
    is_said_of = (found["verb"] or "").strip() == "of" and tier in ("criterion", "other")
    if is_said_of or (tier == "criterion" and found["verb"]):
        reading.unexplained.append(quantity)  # `earning a score of 9` is no list of criteria
    name = " ".join((*clause.split()[-4:], found["label"]))
    begins = found.start("label") - len(clause)
    own = bare.text[begins:place].replace(found["which"] or " ", " ")
    if tier == "other" or _tells_a_piece(bare, begins, place) or unknown(own, QUALITY_WORDS):
        if RESTATED.search(clause):
            reading.unexplained.append(quantity)
        reading.named.append((f"{clause} {found['label']}", place))
        return
    reading.candidates.append(Candidate(tier, quantity, name, place))


def _tells_a_piece(bare: Skeleton, begins: int, ends: int) -> bool:
    """Say whether a part of a text or an earlier state of it is numbered there."""
    return any(
        begins <= at < ends and PIECE.match(found.text) for at, found in bare.quantities.items()
    )


def _is_given_to_a_part(bare: Skeleton, place: int) -> bool:
    """Say whether a numbered part stands where a number's receiver does: `第1章に8点`."""
    before = bare.text[:place].rstrip()
    receiver = re.search(rf"{OTHER}\s*(?:には?|[はが]|에는?|에게|[은는이가])$", before)
    return receiver is not None and bare.at(receiver.start()).kind == "named"


def _is_loose(found: re.Match[str], clause: str, rest: str) -> bool:
    """Say whether what stands around a labelled number leaves open what the score is."""
    if LOOSE_END.match(rest) or COUNTS_AT_ONCE.match(rest) or re.search(DENIALS, clause):
        return True
    if re.search(r"[\s:=-][a-f][+-]?\s*[(\[/,-]", found.group()):
        return True  # `Grade: B (7)`
    if found["label"] == "level" and clause.strip():
        return True  # `Grade level: 8`
    if found["verb"]:
        return not AFTER_VERB.match(rest)
    if found["space"]:
        is_count = found["label"] in ("level", "value", "points", "stars", "output")
        return is_count or bool(re.sub(rf"[\s.!)\]{OTHER}]", "", rest)) or len(clause.split()) > 3
    if found["label"] in WEAK_LABELS.split("|"):
        if found["sign"] and re.match(r"\s*[(\[,.。–—-]", rest):
            return strange(without_repetition(rest), beside=True) is not None  # `Nota: 7 (bom)`
        return bool(re.sub(rf"[\s.!)\]}}{OTHER}|]", "", rest))
    return False


def _tier(found: re.Match[str], clause: str) -> Tier | Literal["other"] | None:
    """Say whose score a label names; null for what is no score at all."""
    label = found["label"]
    near = re.split(r"[,、:;()|\ue000-\uf8ff]", clause)[-1]
    words = set(re.findall(r"[^\W\d][\w'.-]*", near)[-6:])
    about = set(re.findall(r"[^\W\d][\w'-]*", found["aside"] or ""))
    is_end = THE_END.search(f"{clause}{label}")  # `Evaluación del final: 4`
    is_part = _PARTS & (words | about)
    if words & OTHER_WORDS or about & OTHER_TEXTS or is_end or is_part:
        return "other"
    if unknown(" ".join((near, *about))):
        if label in WEAK_LABELS.split("|") or label in WHOLES.split("|"):
            return None
        return "other" if unknown(" ".join((near, *about)), QUALITY_WORDS) else "criterion"
    return "whole" if label in WHOLE_WORDS or words & WHOLE_WORDS else "labelled"


def _only_number(reading: LineReading) -> int | None:
    """Return the place of a line's only number that counts nothing, unless it is taken."""
    bare = reading.skeleton
    readable = (place for place, found in bare.quantities.items() if found.kind in READABLE)
    places = [
        place
        for place in readable
        if not (COUNTING.match(bare.text, place) or PARTITIVE.search(bare.text[:place]))
        and not (bare.at(place).kind == "words" and THIS_ONE.search(bare.text[:place]))
    ]
    if len(places) > 1:
        places = [place for place in places if not is_count(bare, place)]
    is_only = len(places) == 1 and not reading.candidates
    return places[0] if is_only and not counts_parts(bare, places[0]) else None


def _take_graded(reading: LineReading, taken: set[int]) -> None:
    """Take the only share of a line behind a label and a grade in words: `Urteil: gut (7/10)`."""
    found, place = GRADED.search(reading.skeleton.text), _only_number(reading)
    if not found or found.start("q") != place or reading.skeleton.at(place).kind != "fraction":
        return
    if not strange(f"({found['grade']})", beside=True):
        unit = UNIT.match(reading.skeleton.text[place + 1 :])
        span = (found.start(), place + 1 + (unit.end() if unit else 0))
        _take(reading, taken, Candidate("labelled", reading.skeleton.at(place), "", place, span))


def _take_verdict(reading: LineReading, taken: set[int]) -> None:
    """Take the only number of a line from a sentence that is a verdict in full."""
    text, place = reading.skeleton.text, _only_number(reading)
    span = None if place is None else verdict_around(text, place)
    if place is None or span is None or _is_given_to_a_part(reading.skeleton, place):
        return
    if not strange(text[span[1] :], beside=True):
        _take(reading, taken, Candidate("said", reading.skeleton.at(place), "", place, span))


def _take_only(reading: LineReading, taken: set[int]) -> None:
    """Take the only number of a line of known words, when one of them says it is a score."""
    bare = reading.skeleton
    place = _only_number(reading)
    if place is None:
        return
    before, rest = bare.text[:place], bare.text[place + 1 :]
    unit = UNIT.match(rest)
    clause = clause_of(before)
    scaled = any(found.kind in ("scale", "best") for found in bare.quantities.values())
    says = GIVES.search(clause) or LABELLED.search(clause) or scaled or SAID_CJK.match(rest)
    ends = not (STARRED.match(rest) or LOOSE_END.match(rest))
    ends = ends and not strange(rest[unit.end() :] if unit else rest, beside=True)
    ends = ends and not (
        before.endswith(tuple(f"{label} " for label in LABELS.split("|"))) and rest[:1] == ":"
    )
    is_told = TOLD_TO.match(clause) or PART_OF.search(clause) or THE_END.search(clause)
    of_a_part = tells_of_a_part(before.rpartition(",")[0])
    others = OTHER_TEXTS & set(re.findall(r"[^\W\d]+", clause))
    of_a_part = (
        of_a_part
        or _is_given_to_a_part(bare, place)
        or _tells_a_piece(bare, place - len(clause), place)
    )
    if says and ends and not (is_told or of_a_part or others or unknown(clause)):
        _take(reading, taken, Candidate("said", bare.at(place), clause, place))


def _take(reading: LineReading, taken: set[int], only: Candidate) -> None:
    reading.unexplained.clear()
    reading.candidates.append(only)
    reading.named = [(name, at) for name, at in reading.named if at != only.place]
    taken.add(only.place)


def _take_criteria(reading: LineReading, taken: set[int]) -> None:
    bare = reading.skeleton
    whole = [one.place for one in reading.candidates if one.tier == "whole"]
    for found in CELL.finditer(bare.text) if whole else ():  # `Style 6, logic 8, overall: 7/10`
        place = found.start("q")
        is_cell = bare.at(place).kind == "fraction" or place < whole[0]
        if place not in taken and is_cell and names_a_part(found["name"]):
            taken.add(place)
            reading.criteria.append(bare.at(place))
    for found in NAMED.finditer(reading.skeleton.text):
        place = found.start("q")
        is_counted = COUNTING.match(bare.text, place) is not None
        if place not in taken and not (is_counted or RESTATED.search(found["name"])):
            taken.add(place)
            rest = bare.text[place + 1 :]
            if QUALITY.fullmatch(found["name"]) and ENDS.match(rest):
                one = Candidate("criterion", bare.at(place), found["name"], place)
                reading.candidates.append(one)
            else:
                reading.criteria.append(bare.at(place))
                reading.named.append((found["name"], place))
