"""Why a number that reads as the score may be none: taken back, quoted, of another scale."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import Scale, ScoreError
from python_models.experiments.scores.candidates import Candidate, LineReading
from python_models.experiments.scores.closed import (
    AROUND,
    PRAISE,
    QUOTING,
    SCALES,
    pattern,
    unknown,
)
from python_models.experiments.scores.descriptions import names_a_scored_part
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.line_patterns import PIECE, RESTATED, clause_of
from python_models.experiments.scores.numbers import OTHER, SCORE_KINDS, Quantity
from python_models.experiments.scores.numerals import NUMERALS
from python_models.experiments.scores.remarks import DENYING_SIGN, is_harmless, strange
from python_models.experiments.scores.restated import (
    names_it_again,
    restated,
    without_repetition,
)
from python_models.experiments.scores.scale_lines import states_a_scale
from python_models.experiments.scores.sentences import last_sentence, lends
from python_models.experiments.scores.words import LABELS, NUMBER_WORDS, UNITS, WHOLES

_LEADS_OVER = re.compile(r"[:：][\s\"'“(\[]*$")
_BESIDE_IT = re.compile(rf"[\s(\[–—-]*(?P<q>{OTHER})[\s)\].]*$")  # `Score: 6 (draft 1)`
_SAYS = re.compile(
    r"\b(?:following|this|that|(?<!of )words?|lines?|sentence|phrase|reads?|says?|writes?|"
    r"states?)[\s\"']*$|"
    # a finished sentence that points at what comes next
    r"\b(?:is|are|reads?|writes?|print|says?|put|output|answer|line|words?|sentence)\b\W+"
    r"(?:\w+\W+){0,2}(?:following|this|these|below|so)\s*[.!]*$|"
    r"^\W*(?:quot(?:ed|ing)\b|here (?:is|are) what (?!i\b))"
)
_UNIT = re.compile(rf"[\s\"')\]}}>”»*]*{UNITS}")
_BESIDE = re.compile(
    r"(?:\b(?:above|below|over|under|nearly|almost|no\.|nr\.?|n\.|núm\.)|n?[°º]|#)\s*$"
)
_COMPARES = pattern(AROUND["compares"])
_INTRO = re.compile(r"[:\"\]“«「](?=.*(?:[^\W\d_]|\uf800))")
_VERDICT = re.compile(
    rf"\b(?:{LABELS}|{WHOLES}|note|nota|conclusion|conclusión|conclusione|conclusão|fazit|result|summary|"
    r"thus|therefore|opinion|reasoning|answer|output|scale|skala)\b|[\u3040-\u9fff\uac00-\ud7a3]",
    re.I,
)
_NUMERAL_SCALE = "([一二三四五六七八九十])(?:段階|分制|点|分)"
_ANCHOR = re.compile(r"([\d.,]+)\s*=\s*(best|excellent|highest|perfect|high|good|max)?", re.I)


def doubt(
    lines: list[str],
    readings: list[LineReading],
    found: tuple[LineReading, Candidate],
    scale: Scale,
) -> ScoreError | None:
    """Return why a candidate may not be the score.

    Args:
        lines: the text.
        readings: of the last lines of it, the candidate's among them.
        found: the candidate and its line.
        scale: of the template.
    """
    reading, one = found
    at = next(place for place, each in enumerate(readings) if each is reading)
    number = len(lines) - len(readings) + at
    later = [*zip(lines[number + 1 :], readings[at + 1 :], strict=True)]
    scales = [line for line, _ in later if states_a_scale(line)]
    after = [each for line, each in later if line not in scales]
    return (
        _led_over(lines, number, one)
        or _not_its_own(reading, one)
        or _taken_back(reading, one, after)
        or _told_again(found, scale)
        or _on_another_scale([*scales, *lines[: number + 1]], found, scale)
    )


def _open(why: str) -> ScoreError:
    return ScoreError("ambiguous", why)


def _led_over(lines: list[str], number: int, one: Candidate) -> ScoreError | None:
    """Refuse a score that the line before gives to somebody else."""
    before = lines[number - 1].lower() if number else ""
    if states_a_scale(before):
        before = ""
    if any("\u201c" in line or '"' in line for line in lines[:number]):
        quotes = sum(line.count('"') for line in lines[:number])
        if quotes % 2:
            return _open("the number stands in a quotation")
    if one.tier != "whole" and names_a_scored_part(before):
        return _open(f"the line before it names a part: {before!r}")
    if _LEADS_OVER.search(before) and _COMPARES.search(before):
        return _open("it is told to compare")
    if not _LEADS_OVER.search(before):
        is_short = len(before) <= 60 and not re.search(r"[.!?。！？|)\d]\s*$", before)
        named = (
            before.partition(":")[2] if _names_a_remark(before) else ""
        )  # `Weaknesses: the ending`
        quotes = lends(f"{named}.") if named else QUOTING.search(before) is not None
        told = "" if named else last_sentence(before)
        if _SAYS.search(before) or (is_short and quotes) or lends(told, one.quantity.value):
            return _open(f"the line before it says otherwise: {before!r}")
        return None
    is_open = unknown(re.sub(r"\d+", "", before)) and (
        one.tier == "alone" or lends(f"{before.rstrip(' :')}.")
    )
    if is_open or QUOTING.search(before):
        return _open(f"the line before leads over to it: {before!r}")
    return None


def _names_a_remark(line: str) -> bool:
    return is_harmless(line) and not SCALES.match(line)


def _not_its_own(reading: LineReading, one: Candidate) -> ScoreError | None:
    """Refuse a number whose line quotes it, or gives it to something else."""
    text = reading.skeleton.text
    before, clause = text[: one.place], clause_of(text[: one.place])
    begins = one.verdict[0] if one.verdict else len(before)
    earlier = reading.skeleton.written(min(begins, len(before) - len(clause)))
    in_quotes = re.match(r"\W*'[^']*$", before) and re.search(r"'[\s.!]*$", text)
    if (
        lends(earlier, one.quantity.value)
        or earlier.count('"') % 2
        or (in_quotes and one.tier != "alone")
    ):
        return _open("the line may quote it")
    sentence = re.split(r"[.!?;。！？](?=\s|$)", before)[-1]
    if _COMPARES.search(sentence):
        return _open("it is told to compare")
    if _BESIDE.search(before) or DENYING_SIGN.search(text):
        return _open(f"the number may be another: {before[-20:]!r}")
    may_quote = one.verdict is None and _INTRO.search(clause)
    intro = _INTRO.split(clause)[0] if may_quote else None
    if intro is not None and (not _VERDICT.search(intro) or QUOTING.search(intro)):
        return _open("the line may quote it")
    if re.search("[\u3040-\u30ff]|評価", before) and text[one.place + 1 :].lstrip()[:1] == "分":
        return _open("it may be minutes")
    extra = PRAISE if one.quantity.kind == "fraction" else frozenset()
    if one.tier in ("said", "alone") and one.verdict is None:
        word = unknown(clause, extra)
        if word:
            return _open(f"{word!r} leaves open whose score {one.quantity.text!r} is")
    return None


def _taken_back(
    reading: LineReading, one: Candidate, after: list[LineReading]
) -> ScoreError | None:
    """Refuse a score beside which something takes it back, or gives another number."""
    rest = reading.skeleton.text[one.verdict[1] if one.verdict else one.place + 1 :]
    unit = None if one.verdict else _UNIT.match(rest)
    rest = rest[unit.end() :] if unit else rest
    later = [each.skeleton.text for each in after if not each.candidates]
    at = _BESIDE_IT.match(rest)
    told = (
        reading.skeleton.at(len(reading.skeleton.text) - len(rest) + at.start("q")) if at else None
    )
    if told and PIECE.match(told.text):
        return _open(f"{told.text!r} follows {one.quantity.text!r}")
    is_told_again = (bare := without_repetition(rest)) != rest
    rest = bare
    word = strange(rest, beside=True) or next(filter(None, map(strange, later)), None)
    if word:
        return _open(f"{word!r} follows {one.quantity.text!r}")
    for place, each in enumerate([reading, *after]):
        names = [name for name, at in each.named if place or at > one.place]
        if not place and is_told_again:
            names = [name for name in names if not names_it_again(name)]
        others = [name for name in names if RESTATED.search(name) or not is_harmless(f"{name}:")]
        if others:
            return ScoreError("several", f"another number is there: {others[0].strip()}")
        text = each.skeleton.text
        if place and is_harmless(text) and not RESTATED.search(text):
            continue
        if place and each.unexplained:
            return ScoreError("several", "another number follows")
    return None


def _told_again(found: tuple[LineReading, Candidate], scale: Scale) -> ScoreError | None:
    reading, one = found
    other = restated(reading.skeleton, one.place, scale)
    return ScoreError("several", f"another number is there: {other}") if other else None


def _on_another_scale(
    lines: list[str], found: tuple[LineReading, Candidate], scale: Scale
) -> ScoreError | None:
    """Refuse a bare number where the text names a scale that ends elsewhere."""
    reading, one = found
    if one.quantity.outer is not None or one.quantity.kind == "percent":
        return None
    known = {scale.low, scale.high, 0.0, 1.0}
    for place, line in enumerate(lines, start=1):
        is_own = place == len(lines)
        if "=" not in line and not _tells_a_scale(line):
            continue
        own = reading.skeleton if is_own else read_line(line).skeleton
        others = [each for at, each in own.quantities.items() if not is_own or at != one.place]
        if is_own and own.scales():  # which the number has been brought from
            others = [each for each in others if each.kind == "anchor"]
        in_words = not (is_own and one.quantity.kind == "words")
        ends = _ends_of_scale(line, others, scale, in_words)
        if any(end not in known for end in ends):
            return ScoreError("other_scale", f"the text names a scale: {line[:80]!r}")
    return None


def _tells_a_scale(line: str) -> bool:
    return SCALES.search(line) is not None or states_a_scale(line)


def _ends_of_scale(
    line: str, quantities: list[Quantity], scale: Scale, in_words: bool
) -> list[float]:
    """Return the numbers by which a line tells a scale; infinity for one whose low end is best."""
    found: list[float] = []
    for quantity in quantities:
        anchor = _ANCHOR.match(quantity.text) if quantity.kind == "anchor" else None
        if anchor:
            value = float(anchor[1].replace(",", "."))
            found.append(float("inf") if anchor[2] and value <= max(scale.low, 1) else value)
    if not _tells_a_scale(line):
        return found
    for quantity in quantities:
        if quantity.outer is not None:
            found += [end for end in (quantity.low, quantity.outer) if end is not None]
        elif quantity.kind in SCORE_KINDS:
            found.append(quantity.value)
    words = {word: value for word, value in NUMBER_WORDS.items() if in_words}
    found += [value for word, value in words.items() if re.search(rf"\b{word}", line, re.I)]
    return found + [NUMERALS[sign] for sign in re.findall(_NUMERAL_SCALE, line)]
