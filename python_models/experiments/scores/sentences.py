"""Sentences before a labelled score in its line: whether they may quote it, or are its reasons."""

from __future__ import annotations

import re

from python_models.experiments.scores.closed import (
    ANOTHER,
    AROUND,
    COMMANDING,
    DISREGARDED,
    NAMING,
    POINTING,
    QUOTING,
    pattern,
)
from python_models.experiments.scores.contrast import score_of_its_own, without_another_above
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.line_patterns import CONCEDED
from python_models.experiments.scores.numbers import skeleton
from python_models.experiments.scores.own_clause import own_clause
from python_models.experiments.scores.prose import NUMBERED, speaks_of_judging
from python_models.experiments.scores.remarks import REASON_NAME
from python_models.experiments.scores.scale_lines import states_a_scale
from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES

_MINE = "my|the|final|overall|total|meine?|ma|mon|mi|la|il mio|minha|finale?"
# `It drifts. Score: 6`: nothing but the label, its sign and what it gives, to the end of the line
_VERDICT = re.compile(
    rf"(?:(?<=[.!?])\s+|(?<=[。！？])\s*)(?=(?:(?:{_MINE})\s+)*(?:{LABELS}|{WHOLES}|note|nota)"
    r"(?:\s+(?:finale?|globale|complessivo|score|rating|grade))?\s*[:=]\s*"
    r"[^.!?:。]*\d?[^!?:。]{0,8}(?:[.!。]?$|[.!](?=\s)|。))",
    re.I,
)
# what a quotation may say of the score
_SCORES = re.compile(rf"\b(?:{LABELS}|{WHOLES}|{WEAK_LABELS})\b|\d|[\ue000-\uf8ff]", re.I)
_CLOSED_QUOTATION = re.compile(r"[:,]?\s*(?:\"[^\"]*\"|「[^「」]*」)")
_SENTENCE = re.compile(r"\S.*?(?:[.!?;](?=\s|$)|[。！？；]|$)")
_ENDED = re.compile(r"(?:[.!?。！？;,，]|\bbut|지만|、)[\"」\s]*$")
_SAYS_IT = re.compile(
    r"\W*(?:\w+\W+){1,3}(?:says?|said|insists?|writes?|wrote|claims?|states?)\W*$"
)
_FINISHED = re.compile(r"[^.!?。！？]+[.!?。！？]+(?=\s|$|[\u3040-\ud7a3])")
# what was asked for, where its reason is named too
_ANSWER = re.compile(
    r"^(?:answer|antwort|respuesta|réponse|risposta|resposta|回答|答案|答え|답|답변)\s*[:：]\s*(?=\d)",
    re.I,
)
_SHARE = re.compile(rf"{_ANSWER.pattern}(?=[\d.,]+\s*/\s*\d)", re.I)
_FRACTION_FIRST = re.compile(
    r"^(\d+(?:[.,]\d+)?\s*(?:/|out of|von|sur|de|su|em)\s*\d+)\s+[–—-]\s+(?=[^\W\d_]{2})", re.I
)
_ON_A_NOTE = re.compile(r"\bon an? [a-z-]+ note\b", re.I)  # no mark is meant
# `Date: 1/2/2024 – ..`
_COUNTER = re.compile(
    rf"(?:{pattern(AROUND['counters']).pattern})\s*:[^:|–—;]*?(?:\s[|–—·•-]\s|\s?[;|]\s)(?=.*[:=])",
    re.I,
)
_RANK = re.compile(
    rf"^(?:{pattern(AROUND['rank']).pattern})(?=(?:\w+ )?(?:{LABELS}|{WHOLES}|note|nota)(?![a-z]))",
    re.I,
)
_UNREAL = re.compile(
    pattern(AROUND["would_have_been"]).pattern.replace("NUM", r" ?\d{1,2}(?:[.,]\d)?"), re.I
)
_ENDS_FIRST = re.compile(r"[.!。](?=\s|(?<=。)\S)")
_NUMBER = re.compile("[0-9\ue000-\uefff]")
_A_NUMBER = re.compile(
    r"(?:(?<![\d.-])\d{1,3}(?![\d-]|\.\d)|[\ue000-\uefff])(?!\s+(?:[a-z-]+\s+)?[^\W\d_]{3,})"
)
_I_SAY = re.compile(r"\bi(?: would|['’]d)? say\b", re.I)
_WORD = re.compile(r"[\u3040-\ud7a3\ue000-\uf8ff]|(?:(?![\u3040-\ud7a3])[^\W\d_])+")
_FEWEST = 3  # words or signs: `e.g. Score: 6` and `Note. Score: 6` say nothing before it


def with_verdicts_apart(lines: list[str]) -> list[str]:
    """Return the lines, each that ends in a labelled score as its last sentence cut before it.

    So a score is read in the same way behind its reasons and below them. A line that may quote the
    score, that gives another before, or that ends in an open quotation, stays whole: what is
    around the number there is judged word by word. `7/10 - solid work` is two sentences.
    """
    is_explained = any(REASON_NAME.match(line) for line in lines)
    lines = [(_ANSWER if is_explained else _SHARE).sub("Score: ", line) for line in lines]
    lines = [_FRACTION_FIRST.sub(r"\1. ", line) for line in lines]
    lines = [_without_unreal(_RANK.sub("", _without_counters(line))) for line in lines]
    lines = without_another_above([score_of_its_own(line) or line for line in lines])
    return [own_clause(part) for line in lines for part in _cut(line)]


def _without_counters(line: str) -> str:
    """Return a line without what is counted or dated before its verdict."""
    while counter := _COUNTER.match(line):
        line = line[counter.end() :]
    return line


def _without_unreal(line: str) -> str:
    """Return a line that begins with a labelled verdict without what another text had got."""
    end = _ENDS_FIRST.search(line)
    if end is None or _UNREAL.fullmatch(line[end.end() :]) is None:
        return line
    first = read_line(line[: end.end()])
    tiers = [one.tier for one in first.candidates]
    is_verdict = tiers in (["labelled"], ["whole"], ["said"]) and not first.unexplained
    return line[: end.end()] if is_verdict else line


def _cut(line: str) -> list[str]:
    found = _VERDICT.search(line)
    if found is None:
        return [line]
    before, after = line[: found.start()], line[found.end() :]
    is_open = '"' in after or before.count('"') % 2 or len(_WORD.findall(before)) < _FEWEST
    given = skeleton(after)
    score = next((given.at(place).value for place in given.numbers()), None)
    if is_open or before.isupper() or lends(before, score):
        return [line]
    first = read_line(_CLOSED_QUOTATION.sub(_end_of, before))
    return [line] if first.candidates or first.named else [before, after]


def lends(text: str, score: float | None = None) -> bool:
    """Say whether a sentence before a score may give the score to somebody or something else.

    One with a number of its own, that is not the `score`, has given its own.

    One that is finished does so where it points at what follows, orders, is about another text, or
    tells of judging (`the author says it deserves the best`); `the author writes well` does not.
    """
    text = _ON_A_NOTE.sub(" ", _I_SAY.sub("i", text))
    told = _SENTENCE.findall(_CLOSED_QUOTATION.sub(_end_of, text))
    dismissed = max((at + 1 for at, one in enumerate(told) if _is_disregarded(one)), default=0)
    return any(_lends(one, score) for one in told[dismissed:])


def _is_disregarded(sentence: str) -> bool:
    return DISREGARDED.search(sentence) is not None or CONCEDED.match(sentence) is not None


def last_sentence(text: str) -> str:
    """Return the last sentence of a text; nothing of one that is not finished."""
    found = _SENTENCE.findall(_CLOSED_QUOTATION.sub(_end_of, text))
    return found[-1] if found and _ENDED.search(found[-1]) else ""


def _lends(sentence: str, score: float | None) -> bool:
    if states_a_scale(sentence):
        return False
    found = skeleton(sentence)
    values = {found.at(place).value for place in found.numbers()}
    gives = bool(values) and score is not None and score not in values
    if gives and _ENDED.search(sentence) and not POINTING.search(sentence):
        return False
    sentence = NUMBERED.sub(" x ", found.text)
    if POINTING.search(sentence) or COMMANDING.search(sentence) or names_a_score(sentence):
        return True
    if ANOTHER.search(sentence):
        return _A_NUMBER.search(sentence) is None  # which is its own
    is_told = _ENDED.search(sentence) and len(_WORD.findall(sentence)) >= _FEWEST
    return QUOTING.search(sentence) is not None and (
        not is_told
        or speaks_of_judging(sentence)
        or _A_NUMBER.search(sentence) is not None
        or _SAYS_IT.match(sentence) is not None
    )


def _end_of(quotation: re.Match[str]) -> str:
    """Leave of a quotation a letter and its end, and all of one that may hold a score."""
    if _SCORES.search(quotation.group()):
        return quotation.group()
    return " q. " if _ENDED.search(quotation.group()) else " q "


def names_a_score(text: str) -> bool:
    """Say whether a sentence speaks of a score and gives none, or begins a condition.

    `The student graded it. Score: 10`: then what follows may be that score.
    """
    return any(
        NAMING.search(sentence) is not None and not _NUMBER.search(sentence)
        for sentence in _FINISHED.findall(text)
    )
