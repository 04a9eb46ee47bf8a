"""Whole sentences that give a text its score: `I would rate this essay 7`, `7点とします`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from python_models.experiments.scores.closed import WORDS, data, pattern
from python_models.experiments.scores.numbers import OTHER, N, W
from python_models.experiments.scores.prose import BECAUSE, introduces, is_about_the_text
from python_models.experiments.scores.remarks import judges_the_whole, tells_of_a_part
from python_models.experiments.scores.words import UNITS

_ARTICLES = (
    r"(?:(?:an?|eine?n?|une?|uma?|uno|una|the)\s+)?(?:(?:solid|strong|clear|respectable|decent|firm|"
    r"full|perfect|straight|good|fair|glatte|solide|starke|gute|klare|ferme|sólid[oa]|solid[oa]|bon|beau|joli|"
    r"buen|bom|buon|bel|bell['’]|discreto|belo)\s+)?"
)
_DESERVED = (
    r"(?:wohl)?verdient|(?:(?:bien|muy)\s+)?merecid[oa]|(?:(?:bien|très)\s+)?mérité|"
    r"(?:(?:ben|più che)\s+)?meritat[oa]|(?:(?:bem|muito)\s+)?merecid[oa]|"
    r"clar[oa]|sólid[oa]|redond[oa]|rotund[oa]|franc|solide|nett[oa]|pien[oa]|solid[oa]"
)
_CLOSED = r"[\"')\]}>»*]*"
_SCORE = (
    rf"(?:{OTHER}[、,]?\s*)?{_ARTICLES}[\"'(\[{{«*]*(?:{N}|{W}){_CLOSED}"
    rf"(?:\s*{UNITS})?(?:\s*(?:(?:on|auf|en|sur|su|em|na|nella)\s+(?:(?:an?|the|this|der|einer|la|una|une)\s+)?)?"
    rf"{OTHER}(?:\s+scale)?)?(?:\s+(?:{_DESERVED}))?\s*"
)
_SCALE = rf"{OTHER}\s*"
# what may follow a verdict: the end of its clause, or a reason
_ENDS = (
    r"(?=\s*(?:[.!,;。！；、()–—|]|-\s|$)|\s*\b(?:because|since|as|given|weil|denn|da|car|parce|"
    r"puisque|porque|ya|perché|poiché|pois)\b)"
)
_CLAUSE = re.compile(
    r"[,、，]\s*(?:(?:and|so|und|also|et|donc|y|e|quindi|portanto)\s+)?|(?P<sign>\s*[:–—]\s+|\s-\s+)|"
    r"(?:결과|하여|므로|지만|때문에|는데|으나|[아어여해고서며워와려져니])\s(?=[\ue000-\uf8ff])|"
    r"(?=\b(?:(?:vergebe|gebe|bewerte|erteile|komme|lande) ich|(?:gibt|reicht|bleibt) es|"
    r"(?:verdient|erhält|bekommt) (?:der|dieser|er))\b)"
)
_WEIGHS = pattern(WORDS["weighs_all"])
# `.., daher 7/10`: what comes of a reason
_CONNECTS = re.compile(
    r"[,、]\s*(?:so|therefore|thus|hence|daher|deshalb|somit|donc|por (?:lo )?tanto|así que|quindi|"
    r"pertanto|dunque|portanto|logo|por isso|よって|したがって|そのため|따라서|因此|所以)(?!\w{3})"
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
            filled(one).replace("#", _SCORE).replace("<told>", f"<told_{place}>")
            for place, one in enumerate(frames)
        )
        return re.compile(rf"{_OPENS}{lead}(?:{told}){_CLOSED}{ends}", re.I)

    lead = filled("<lead>").replace("#", _SCALE)
    ends = rf"(?:{_ENDS}|(?=:))"
    return _Frames(joined(frames, ends), joined(subjectless or frames, ends), joined(alone, _ENDS))


_FRAMES = tuple(_compiled(**language) for language in data("verdicts").values())
_FULL = tuple((one.full,) for one in _FRAMES)
_VERBS = tuple((one.full, one.subjectless) for one in _FRAMES)


def end_of_verdict(text: str, place: int) -> int | None:
    """Return where the verdict around the number at a place ends.

    Args:
        text: a line in lower case, its numbers told apart.
        place: of the only number of it that may be a score.

    Null where the number's sentence is no verdict from its first word on, but for an introduction
    that cannot lend the number, as a reason.
    """
    begins = [0, *(found.end() for found in _SENTENCE.finditer(text[:place]))]
    for start in {0, begins[-1]}:
        ends = (_matched(frame, text, start, place) for one in _FRAMES for frame in one)
        if end := next(filter(None, ends), None):
            return end
    clauses = list(_CLAUSE.finditer(text, begins[-1], place + 1))
    for clause in reversed(clauses):
        kinds = _frames_after(text[begins[-1] : clause.start()], clause)
        ends = (_matched(frame, text, clause.end(), place) for one in kinds for frame in one)
        if end := next(filter(None, ends), None):
            return end
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
    if clause["sign"]:
        return ()
    return _VERBS if BECAUSE.match(lead) else _FULL  # a noun there is the subject


def _matched(frame: re.Pattern[str], text: str, start: int, place: int) -> int | None:
    found = frame.match(text, start)
    if found is None or found.end() <= place:
        return None
    told = filter(None, found.groupdict().values())
    return found.end() if all(map(is_about_the_text, told)) else None
