"""Sentences before a labelled score in its line: whether they may quote it, or are its reasons."""

from __future__ import annotations

import re

from python_models.experiments.scores.closed import NAMING, QUOTING, TELLING
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.remarks import REASON_NAME
from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES

_MINE = "my|the|final|overall|total|meine?|ma|mon|mi|la|il mio|minha|finale?"
# `It drifts. Score: 6`: nothing but the label, its sign and what it gives, to the end of the line
_VERDICT = re.compile(
    rf"(?:(?<=[.!?])\s+|(?<=[。！？])\s*)(?=(?:(?:{_MINE})\s+)*(?:{LABELS}|{WHOLES}|note|nota)"
    r"(?:\s+(?:finale?|globale|complessivo|score|rating|grade))?\s*[:=]\s*"
    r"[^.!?:。]*\d?[^!?:。]{0,8}(?:[.!。]?$|[.!](?=\s)|。))",
    re.I,
)
# what may point at the score that follows
_POINTS_AT_IT = re.compile(
    rf"\b(?:{LABELS}|{WHOLES}|{WEAK_LABELS}|numbers?|lines?|words?|phrases?|sentences?|following|"
    r"below|this|these|that|so|thus|here)\b|\d",
    re.I,
)
_SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]*\s*")
_FINISHED = re.compile(r"[^.!?。！？]+[.!?。！？]+(?=\s|$|[\u3040-\ud7a3])")
# what was asked for, where its reason is named too
_ANSWER = re.compile(
    r"^(?:answer|antwort|respuesta|réponse|risposta|resposta|回答|答案|答え|답|답변)\s*[:：]\s*(?=\d)",
    re.I,
)
_ON_A_NOTE = re.compile(r"\bon an? [a-z-]+ note\b", re.I)  # no mark is meant
_NUMBER = re.compile("[0-9\ue000-\uefff]")
_WORD = re.compile(r"[\u3040-\ud7a3]|(?:(?![\u3040-\ud7a3])[^\W\d_])+")
_FEWEST = 3  # words or signs: `e.g. Score: 6` and `Note. Score: 6` say nothing before it


def with_verdicts_apart(lines: list[str]) -> list[str]:
    """Return the lines, each that ends in a labelled score as its last sentence cut before it.

    So a score is read in the same way behind its reasons and below them. A line that may quote the
    score, that gives another before, or that ends in an open quotation, stays whole: what is
    around the number there is judged word by word.
    """
    if any(REASON_NAME.match(line) for line in lines):
        lines = [_ANSWER.sub("Score: ", line) for line in lines]
    return [part for line in lines for part in _cut(line)]


def _cut(line: str) -> list[str]:
    found = _VERDICT.search(line)
    if found is None:
        return [line]
    before, after = line[: found.start()], line[found.end() :]
    is_open = '"' in after or before.count('"') % 2 or len(_WORD.findall(before)) < _FEWEST
    if is_open or before.isupper() or any(map(may_quote, _SENTENCE.findall(before))):
        return [line]
    first = read_line(before)
    return [line] if first.candidates or first.named else [before, after]


def may_quote(sentence: str) -> bool:
    """Say whether a sentence, or what stands after the name of a remark, may quote a score.

    Words that tell what a text does (`ends abruptly`, `the author writes well`) do not, where
    nothing else in their sentence can mean the score.
    """
    if names_a_score(sentence):
        return True
    sentence = _ON_A_NOTE.sub(" ", sentence)
    if ":" not in sentence and not _POINTS_AT_IT.search(sentence):
        sentence = TELLING.sub(" ", sentence)
    return QUOTING.search(sentence) is not None


def names_a_score(text: str) -> bool:
    """Say whether a sentence speaks of a score and gives none, or begins a condition.

    `The student graded it. Score: 10`: then what follows may be that score.
    """
    return any(
        NAMING.search(sentence) is not None and not _NUMBER.search(sentence)
        for sentence in _FINISHED.findall(text)
    )
