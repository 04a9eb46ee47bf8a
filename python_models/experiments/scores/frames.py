"""Whole sentences that give a text its score: `I would rate this essay 7`, `7点とします`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from python_models.experiments.scores.closed import AROUND, data, pattern
from python_models.experiments.scores.numbers import OTHER, N, W
from python_models.experiments.scores.prose import BECAUSE, introduces, is_about_the_text
from python_models.experiments.scores.remarks import (
    judges_a_score,
    judges_the_whole,
    tells_of_a_part,
)
from python_models.experiments.scores.words import UNITS

_PRAISED, _DESERVED, _MINE = (
    pattern(AROUND[name]).pattern for name in ("praises_a_score", "deserved", "from_me")
)
_ARTICLES = (
    r"(?:(?:only|just|nur|lediglich|sol[oa]|sólo|solamente|seulement|soltanto|só|somente)\s+|只有|只|仅)?"
    r"(?:(?:an?|eine?n?|une?|uma?|uno|una|the)\s+(?:(?:(?:very|quite|rather|pretty|sehr|recht|muy|très|molto|muito)\s+)?(?P<judged>[^\W\d_]+(?:-[^\W\d_]+)?)\s+)??)?"
    rf"(?:bell['’]|(?:{_PRAISED})\s+)?"
)
_ON_A = r"(?:on|auf|en|sur|su|em|na|nella)\s+(?:(?:an?|the|this|der|einer|la|una|une)\s+)?"
_CLOSED = r"[\"')\]}>»*]*"
_SCORE = (
    rf"(?:{OTHER}[、,]?\s*)?{_ARTICLES}[\"'(\[{{«*]*(?:{N}|{W}){_CLOSED}"
    rf"(?:\s*{UNITS})?(?:\s*(?:{_ON_A})?[(\[]?{OTHER}[)\]]?(?:\s+scale)?)?(?:\s+(?:{_DESERVED}))?(?:,?\s+(?:{_MINE}))?\s*"
)
_SCALE = rf"{OTHER}\s*"
# what may follow a verdict: the end of its clause, or a reason
_ENDS = (
    r"(?=\s*(?:[.!,;。！；、()–—|]|-\s|$)|\s*\b(?:because|since|as|given|weil|denn|da|car|parce|"
    r"puisque|porque|ya|perché|poiché|pois)\b)"
)
_CLAUSE = re.compile(
    r"[,、，]\s*(?:(?:and|so|und|also|et|donc|y|e|quindi|portanto|"
    r"por lo que|de modo que|weshalb|sodass|de sorte que|"
    r"per cui|pelo que|por isso)\s+)?|\s(?P<joins>and|und|y|et|e)\s+|(?P<sign>\s*[:–—]\s+|\s-\s+)|"
    r"(?:결과|하여|므로|지만|때문에|는데|으나|[아어여해고서며워와려져니])\s(?=[\ue000-\uf8ff])|"
    r"(?=\b(?:[a-zäöü]+e (?:ich|wir)|kann ich|muss ich|(?:gibt|reicht|bleibt) es|"
    r"(?:verdient|erhält|bekommt) (?:der|dieser|er))\b)"
)
_WEIGHS = pattern(AROUND["weighs_all"])
# `.., daher 7/10`: what comes of a reason
_CONNECTS = re.compile(
    r"[,、]\s*(?:so|therefore|thus|hence|daher|deshalb|somit|donc|por (?:lo )?tanto|así que|quindi|"
    r"pertanto|dunque|portanto|logo|por isso|よって|したがって|そのため|따라서|因此|所以)(?!\w{3})"
)
_TEXT_FIRST, _CLAIMS = pattern(AROUND["text_first"]), pattern(AROUND["claims"])
_CERTAINLY, _THEREFORE = pattern(AROUND["certainly"]), pattern(AROUND["therefore"])
_COUNTED = pattern(AROUND["counted_parts"])
_IS = re.compile(
    r"\W*(?:[^\W\d]+['’]?[\s-]*){1,4}?\b(?:is|ist|est|es|está|è|é)\s+(?:[^\W\d]+\s*){1,3}\W*", re.I
)
# `The code review is favourable: a score of 8`
_NAMED = re.compile(
    r"(?:an? )?(?:score|rating|grade|mark)(?: of)? |(?:une )?note de |"
    r"(?:une? )?(?:nota|voto|puntuación|pontuação|punteggio) (?:de |di )|"
    r"(?:die )?(?:note|punktzahl|wertung) (?:von )?",
    re.I,
)
_PIECE = re.compile(r"(?<!P)<(\w+)>")  # `(?P<told>` is what has to be about the text
_OPENS = r"[\s\"'(\[*¡]*"
_SENTENCE = re.compile(r"(?:[.!?;](?=\s)|[。！？；])\s*")


class _Frames(NamedTuple):
    """Verdicts of a language: with a subject, with a verb only, and numbers alone."""

    full: re.Pattern[str]
    subjectless: re.Pattern[str]
    alone: re.Pattern[str]


def _compiled(
    pieces: dict[str, str],
    frames: list[str],
    alone: list[str],
    subjectless: Sequence[str] = (),
) -> _Frames:
    """Return the frames of one language, their pieces and numbers filled in."""
    unfolded = {name: re.sub(r"(?<=\|)\s+", "", one) for name, one in pieces.items()}

    def filled(text: str) -> str:
        told = _PIECE.sub(lambda one: unfolded[one[1]], text)
        return told if told == text else filled(told)

    def joined(frames: Sequence[str], ends: str) -> re.Pattern[str]:
        told = "|".join(
            re.sub("(?<=[?]P<)(told|judged)>", rf"\1_{place}>", filled(one).replace("#", _SCORE))
            for place, one in enumerate(frames)
        )
        return re.compile(rf"{_OPENS}{lead}(?:{told}){_CLOSED}{ends}", re.I)

    lead = filled("<lead>").replace("#", _SCALE)
    ends = rf"(?:{_ENDS}|(?=\s?:))"
    return _Frames(joined(frames, ends), joined(subjectless or frames, ends), joined(alone, _ENDS))


_FRAMES = tuple(_compiled(**language) for language in data("verdicts").values())
_FULL = tuple((one.full,) for one in _FRAMES)
_VERBS = tuple((one.full, one.subjectless) for one in _FRAMES)


def verdict_around(text: str, place: int) -> tuple[int, int] | None:
    """Return where the verdict around the number at a place begins and ends.

    Args:
        text: a line in lower case, its numbers told apart.
        place: of the only number of it that may be a score.

    Null where the number's sentence is no verdict from its first word on, but for an introduction
    that cannot lend the number, as a reason.
    """
    text = _COUNTED.sub(_blank, _THEREFORE.sub(_blank, _CERTAINLY.sub(_blank, text)))
    begins = [0, *(found.end() for found in _SENTENCE.finditer(text[:place]))]
    for start in {0, begins[-1]}:
        if found := _matched(_FRAMES, text, start, place):
            return found
    for clause in reversed([*_CLAUSE.finditer(text, begins[-1], place + 1)]):
        if '"' in text[clause.end() : clause.end() + 2]:
            continue  # somebody is quoted
        kinds = _frames_after(text[begins[-1] : clause.start()], clause)
        if found := _matched(kinds, text, clause.end(), place):
            return found
    return None


def _frames_after(lead: str, clause: re.Match[str]) -> Iterable[Iterable[re.Pattern[str]]]:
    """Return the frames of a verdict that may follow what introduces it.

    Reasons go before a whole sentence, before a verb only where they begin as such; before a number
    alone goes what judges the whole text.
    """
    if _WEIGHS.fullmatch(lead):
        return _FRAMES
    if not introduces(lead) or tells_of_a_part(lead):
        return ()
    if _CONNECTS.match(clause.string, clause.start()) or judges_the_whole(lead):
        return _FRAMES
    is_of_the_text = _TEXT_FIRST.match(lead) and not _CLAIMS.search(lead)
    if clause["sign"]:
        is_named = (
            is_of_the_text and _IS.fullmatch(lead) and _NAMED.match(clause.string, clause.end())
        )
        return _FRAMES if is_named else ()
    if is_of_the_text or (BECAUSE.match(lead) and not clause["joins"]):
        return _VERBS
    return () if clause["joins"] else _FULL  # a noun there is the subject


def _matched(
    kinds: Iterable[Iterable[re.Pattern[str]]], text: str, start: int, place: int
) -> tuple[int, int] | None:
    for frame in (frame for language in kinds for frame in language):
        found = frame.match(text, start)
        if found and found.end() > place and _may_say(found):
            return found.start(), len(text) - len(text[found.end() :].lstrip())
    return None


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _may_say(found: re.Match[str]) -> bool:
    """Say whether the words that a frame leaves open judge a score, or are about the text."""
    words = {name: word for name, word in found.groupdict().items() if word}
    return all(
        is_about_the_text(word) if name.startswith("told") else judges_a_score(word)
        for name, word in words.items()
    )
