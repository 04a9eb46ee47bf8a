"""Sentences around a verdict that withhold it, take it back, or give it to somebody else."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import ScoreError
from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.ratings import Rating, ratings_of
from python_models.experiments.scores.remarks import (
    LABELS_OF_A_SCORE,
    NUMBER_IN_IT,
    advises_plainly,
    heads_advice,
    is_of_no_score,
    is_of_the_text,
    is_short,
)
from python_models.experiments.scores.sentences import CJK, Sentence
from python_models.experiments.scores.subjects import names_a_part

_REFUSES, _TAKES_BACK, _POINTS, _SCOPES, _JUDGING, _REFERS_BACK, _NAMING, _ANOTHER, _POLITE = (
    pattern("withdrawals", kind)
    for kind in (
        "refuses", "takes_back", "points", "scopes", "judging", "refers_back", "naming", "another",
        "polite",
    )
)  # fmt: skip
_TAKES_BACK2 = pattern("withdrawals", "takes_back2")
_HARMLESS = pattern("withdrawals", "harmless")
_TELLS_OF_IT = pattern("withdrawals", "tells_of_it")
_MISSES_THE_BEST = pattern("withdrawals", "misses_the_best")
_ORIGINS = pattern("withdrawals", "origins")
_SLIGHT = pattern("withdrawals", "slight")
_I_SAY = re.compile(r"\bi(?: would|['’]d)? say\b")
_EXPLAINS = pattern("withdrawals", "explains")
_NOT_ALL = pattern("withdrawals", "not_all")
_DISREGARDED, _REASONS = pattern("withdrawals", "disregarded"), pattern("withdrawals", "reasons")
_TOLD, _MOCKS, _COUNTS = (pattern("dangers", kind) for kind in ("told", "mocks_tail", "counts"))
_SIGN = re.compile(f"[{CJK}]")
_REASON = re.compile(rf"\W*(?:{_REASONS.pattern})\W{{0,3}}[:=–→>-]", re.I)
# a condition without what it is a condition of
_CONDITION = pattern("shapes", "condition")
_PROVISIONAL = pattern("shapes", "provisional")


def withdrawn(sentences: list[Sentence], verdict: Rating) -> ScoreError | None:
    """Return what of the sentences around a verdict leaves it open, as an error."""
    own = verdict.place.sentence
    at = next(number for number, one in enumerate(sentences) if one is own)
    for one in sentences:
        if found := _REFUSES.search(one.bare.text):
            return _open(one, "withholds a score", found.group())
    is_best = verdict.quantity.value >= (verdict.quantity.outer or 10)
    reason_line = -1
    is_advising = False  # below a heading such as `Suggestions`
    for one in sentences[at + 1 :]:
        if one.line == reason_line or (is_advising and is_of_no_score(one.bare.text)):
            continue
        is_advising = is_advising or heads_advice(one.bare.text)
        if _REASON.match(one.bare.text):
            reason_line = one.line
        if is_of_the_text(one.bare.text) or (
            _MISSES_THE_BEST.search(one.bare.text) and not is_best
        ):
            continue
        if why := _undoes(one):
            return _open(one, "may take it back", why)
    if at and (why := _lends(sentences[at - 1], verdict)):
        return _open(sentences[at - 1], "may lend it to somebody else", why)
    return None


def _open(sentence: Sentence, what: str, why: str) -> ScoreError:
    return ScoreError("ambiguous", f"{sentence.text[:60]!r} {what}: {why!r}")


def _first(text: str, *kinds: re.Pattern[str]) -> str:
    found = next(filter(None, (kind.search(text) for kind in kinds)), None)
    return found.group() or "?" if found else ""


def _undoes(sentence: Sentence) -> str:
    """Return what in a sentence behind a verdict revises, conditions or narrows it."""
    text = sentence.bare.text
    if _EXPLAINS.search(text):
        return _first(text, _TAKES_BACK)
    name, colon, value = text.partition(":")
    if colon and len(name.split()) < 3 and len(value.split()) < 3 and _COUNTS.search(name):
        return ""
    if reason := _REASON.match(text):
        return _first(text[reason.end() :], _PROVISIONAL)
    if text.rstrip().endswith(":") or _POLITE.fullmatch(text.strip(" .!。！")):
        return ""
    if any(one.kind == "part" and one.label for one in ratings_of(sentence)):
        return ""
    text = _HARMLESS.sub(" ", _NOT_ALL.sub("", text))
    if is_short(text):
        text = _SLIGHT.sub(" ", text)
        short = (_TAKES_BACK, _TAKES_BACK2, _SCOPES, _REFERS_BACK, _CONDITION, _MOCKS, _JUDGING)
        raw = _SLIGHT.sub(" ", _HARMLESS.sub(" ", _NOT_ALL.sub("", sentence.text.lower())))
        return _first(text, *short) or _first(raw, *short) or (text if names_a_part(text) else "")
    told = (_REFERS_BACK,) if _ORIGINS.search(text) else ()
    return _first(_SLIGHT.sub(" ", text), _MOCKS, _TAKES_BACK, _TAKES_BACK2, *told, _JUDGING)


def _lends(sentence: Sentence, verdict: Rating) -> str:
    """Return what in the sentence before a verdict points at it as somebody else's."""
    text = sentence.bare.text
    bare = text.strip(" :：|*")
    if _DISREGARDED.search(sentence.text) or "json" in text or text.startswith("|"):
        return ""
    if advises_plainly(text):
        return ""
    if LABELS_OF_A_SCORE.fullmatch(bare) or re.fullmatch(
        r"(?:result|output|answer|verdict)s?", bare
    ):
        return ""
    text = _SLIGHT.sub(" ", text)
    if found := _first(text, _POINTS):
        return found
    for one in ratings_of(sentence):
        is_same = one.quantity.value == verdict.quantity.value
        if (
            one.kind in ("open", "stray")
            and is_same
            and (why := _first(_I_SAY.sub(" ", text), _TOLD))
        ):
            return why
    if NUMBER_IN_IT.search(text) or sentence.bare.scales():
        return ""
    if found := _first(text, _NAMING, _ANOTHER):
        return found
    if re.search(r"[:\"]\s*$", text) and not LABELS_OF_A_SCORE.search(text):
        return text
    is_judging = _JUDGING.search(text) is not None and not _SIGN.search(text)
    if names_a_part(text) and ":" not in text:
        return text
    told = _TELLS_OF_IT.sub(" ", _I_SAY.sub(" ", text))
    return _first(told, _TOLD) if is_judging or is_short(text) else ""
