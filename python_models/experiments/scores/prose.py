"""Whole sentences after a score: prose about the text, which leaves the score as it is.

A judge describes a text in words that no list knows. What could take the score back speaks of the
judging, or revises, conditions or quotes something; `prose.yml` holds the words of these kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from python_models.experiments.scores.closed import (
    AROUND,
    CJK_SIGNS,
    IS_CJK,
    WORD,
    bare,
    data,
    pattern,
    rest_of,
    set_of,
)

_PROSE = data("prose")
_JUDGING = pattern(*_PROSE["judging"].values())
_WISHED = pattern(_PROSE["takes_back"]["wished"])
_REFERS_BACK = pattern(*_PROSE["refers_back"].values())
_TAKES_BACK = pattern(*_PROSE["takes_back"].values())
_INTRODUCES_ANOTHER = pattern(*_PROSE["introduces_another"].values())
_NOT_ALL, _SCOPES = pattern(_PROSE["not_all"]), pattern(_PROSE["scopes"])
_WHOLE_TEXTS = set_of(_PROSE["whole_texts"])


class _Words(NamedTuple):
    """Words of names of a text and its parts: whole ones, and beginnings."""

    whole: frozenset[str]
    begins: tuple[str, ...]

    def are_all_of(self, sentence: str) -> bool:
        """Say whether a sentence holds no word but these."""
        rest = any(
            rest_of(sign, self.whole) for sign in WORD.findall(sentence) if IS_CJK.match(sign)
        )
        return not rest and all(map(self._has, _words(sentence)))

    def _has(self, word: str) -> bool:
        return word in self.whole or (len(word) > 3 and word.startswith(self.begins))


def _listed(words: Iterable[str]) -> _Words:
    return _Words(
        frozenset(word for word in words if not word.endswith("*")),
        tuple(word.rstrip("*") for word in words if word.endswith("*")),
    )


_PARTS, _BETWEEN = (" ".join(data("describing")[name].values()) for name in ("parts", "between"))
_NAMES = _listed(set_of(" ".join((_PARTS, _BETWEEN, _PROSE["ordinals"]))) | _WHOLE_TEXTS)
BECAUSE = pattern(AROUND["begins_a_reason"])
# `for style and clarity`: what is scored, and no reason
_FOR = re.compile(r"^\W*(?:for|für|por|pour|per|pel[oa]s?)\b")
_FEWEST_WORDS, _FEWEST_SIGNS = 5, 8  # below, a remark has to judge: it may name a scored part
_DETERMINED = re.compile(r"^\W*(?:the|der|die|das|el|la|los|las|le|les|l'|il|lo|gli|i|o|a|os|as)\b")
# a number word that counts what follows it, as in `two halves` or `les deux thèmes`
_NO_NOUN = "|".join(set_of(_PROSE["no_noun"]))  # behind a number, what it cannot count
_NOUN = rf"(?:more\s+)?(?!(?:{_NO_NOUN})\b|[{CJK_SIGNS}])[^\W\d_]{{3,}}"
_COUNTED = rf"\s+{_NOUN}|\s+(?:of|der|des|de|delle|dei) (?:them|its|the|these|[^\W\d_]{{3,}})"
COUNTING = re.compile(rf"[\uf000-\uf7ff](?:{_COUNTED})")
# numbers in a sentence beside a score, but for those that count something or are named by it
_PLACES = pattern(_PROSE["numbered"]).pattern
NUMBERED = re.compile(
    rf"\b(?:of|von|su|sur|de[il]?|d[eao]s|des|di)\s+(?:the\s+|l[oae]s?\s+)?[\ue000-\uf7ff](?:{_COUNTED})[^.;:]*?[\ue000-\uf7ff](?!\s*/)|"
    rf"[\ue000-\uf7ff](?:{_COUNTED})|"
    rf"\b(?:{_PLACES})\s+[\ue000-\uefff](?:\s*[-–,]\s*[\ue000-\uefff]| of [\ue000-\uefff])*"
)
_GRADE = re.compile(  # `a clear 9`, which is given
    r"\b(?:an?|une?|eine?n?|un[oa]?|um|uma)\s+(?:[^\W\d]+\s+)?[\ue000-\uefff](?!\s*-)"
)
_ANOTHER = re.compile(r"\s*(?:[^\W\d_]+\s+)?[\uf000-\uf7ff]\s*")  # `Nine.`, `Rather nine.`
_NUMBER = re.compile(r"[\ue000-\uf7ff]")
# `accurate, if a little dry`
_CONCEDES = (
    r" (?:a (?:little|bit|touch|tad)|somewhat|slightly|rather|occasionally|sometimes|often) |"
    r" (?:uneven|unoriginal|unpolished|predictable|conventional|dry|dull|long|short|wordy)\W*$"
)
# a clause that begins with one of these is a condition; `auch wenn`, `even if` are none
_CONDITION = re.compile(
    r"(?:^\W*|[,;:–—(]\s*|\s-\s+|\b(?:only|but|and|nur|aber|und|solo|sólo|solamente|pero|seulement|ma|só|"
    r"mainly|mostly|largely|chiefly|primarily|especially|particularly|vor allem|besonders|"
    r"sobre todo|surtout|soprattutto|sobretudo|principalmente)\s+)"
    rf"(?:if(?!{_CONCEDES})|unless|once|until|wenn|falls|sobald|solange|si|s'il|se|caso|cuando)\b"
)
# a condition without what it is a condition of
_ONLY_CONDITION = re.compile(
    r"^\W*(?:if|unless|once|until|when|except|wenn|falls|sobald|bis|cuando|hasta|quand|lorsque|quando|"
    r"finché|quando)\b[^,]*(?:,\W*(?:[^\W\d_]+\W*){0,3})?$"
)


def is_prose(sentence: str, attached: bool = False, among: str = "") -> bool:
    """Say whether a sentence describes the text, and cannot mean the score.

    Args:
        sentence: in lower case, its numbers told apart.
        attached: it goes on the score's own sentence, as behind a dash.
        among: the text it is a sentence of; one among many words may be a word shorter,
            as one may that begins with an article.
    """
    is_among_many = len(WORD.findall(among)) >= 2 * _FEWEST_WORDS
    shorter = is_among_many or (not attached and _DETERMINED.match(sentence) is not None)
    is_short = (
        len(_signs(sentence)) < _FEWEST_SIGNS
        and len(WORD.findall(sentence)) < _FEWEST_WORDS - shorter
    )
    says = not is_short or not _NAMES.are_all_of(sentence)
    is_open = is_scope(sentence) or not is_about_the_text(sentence, attached)
    return says and not is_open


def _signs(sentence: str) -> str:
    return "".join(re.findall(f"[{CJK_SIGNS}]+", sentence))


def _words(sentence: str) -> Iterator[str]:
    return (word.lower() for word in WORD.findall(bare(sentence)) if not IS_CJK.match(word))


def is_about_the_text(sentence: str, attached: bool = False) -> bool:
    """Say whether nothing in a sentence, however short, speaks of the judging or takes back."""
    if attached and sets_a_condition(sentence):
        return False
    sentence = _NOT_ALL.sub("", sentence)
    if _GRADE.search(sentence) or _NUMBER.search(NUMBERED.sub(" ", sentence)):
        return False
    guards = (_TAKES_BACK, _JUDGING, _REFERS_BACK, _ONLY_CONDITION)
    return not any(guard.search(sentence) for guard in guards)


def takes_back(sentence: str) -> bool:
    """Say whether a sentence takes a score back or lends it, or is but another number."""
    return _ANOTHER.fullmatch(sentence) is not None or _TAKES_BACK.search(sentence) is not None


def is_wished(reason: str) -> bool:
    """Say whether somebody else's wish is the reason: `as the essay asked`."""
    return _WISHED.search(reason) is not None


def is_scope(sentence: str) -> bool:
    """Say whether a sentence is none, and tells what the score before it is of or without."""
    return _SCOPES.search(sentence) is not None


def speaks_of_judging(sentence: str) -> bool:
    """Say whether a sentence has a word of judging, which may be about the score."""
    return _JUDGING.search(sentence) is not None


def sets_a_condition(sentence: str) -> bool:
    """Say whether a clause of a sentence begins as a condition."""
    return _CONDITION.search(sentence) is not None


def introduces(lead: str) -> bool:
    """Say whether an introduction tells a reason, and cannot lend the number after it."""
    words = WORD.findall(lead)
    if len(words) == 1 and not IS_CJK.match(words[0]):
        return False  # `Emotionally, it gets a 9`
    lends = _INTRODUCES_ANOTHER.search(lead) or _CONDITION.search(lead)
    for_a_part = (found := _FOR.match(lead)) and _NAMES.are_all_of(lead[found.end() :])
    return not (lends or for_a_part) and is_about_the_text(lead)
