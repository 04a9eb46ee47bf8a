"""Whole sentences after a score: prose about the text, which leaves the score as it is.

A judge describes a text in words that no list knows. What could take the score back speaks of the
judging, or revises, conditions or quotes something; `prose.yml` holds the words of these kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from python_models.experiments.scores.closed import (
    CJK_SIGNS,
    GIVES,
    IS_CJK,
    WORD,
    bare,
    data,
    pattern,
    set_of,
)

_PROSE = data("prose")
_JUDGING = pattern(*_PROSE["judging"].values())
_REFERS_BACK = pattern(*_PROSE["refers_back"].values())
_TAKES_BACK = pattern(*_PROSE["takes_back"].values())
_TEXT_DOES = pattern(*_PROSE["text_does"].values())
_INTRODUCES_ANOTHER = pattern(*_PROSE["introduces_another"].values())
_LISTS = [
    set_of(" ".join(words.values()))
    for words in (*map(data("describing").get, ("judging", "parts")), _PROSE["speaks_of"])
]
_DESCRIBING = frozenset(word for words in _LISTS for word in words if not word.endswith("*"))
_BEGINS = tuple(word.rstrip("*") for words in _LISTS for word in words if word.endswith("*"))
_DESCRIBING_CJK = tuple(
    word
    for word in _DESCRIBING
    if IS_CJK.match(word) and len(word) > 1 and word not in ("文章", "글이")
)
_WHOLE_TEXTS = set_of(_PROSE["whole_texts"])
_WOULD = re.compile(r"\bwould\b|'d\b")
_INTRODUCED = re.compile(r"(?P<lead>.*[^,])[,、，]\s*(?P<verdict>[^,、，]*)$", re.S)
_FEWEST_WORDS, _FEWEST_SIGNS = 5, 8  # below, a remark may as well name what the number is of
_DETERMINED = re.compile(r"^\W*(?:the|der|die|das|el|la|los|las|le|les|l'|il|lo|gli|i|o|a|os|as)\b")
# a number word that counts what follows it, as in `two halves` or `les deux thèmes`
_NO_NOUN = "|".join(set_of(_PROSE["no_noun"]))  # behind a number, what it cannot count
COUNTING = re.compile(
    rf"[\uf000-\uf7ff]\s+(?:more\s+)?(?!(?:{_NO_NOUN})\b)[^\W\d_]{{3,}}|"
    r"[\uf000-\uf7ff]\s+(?:of|der|des|de|delle|dei) (?:them|its|the|these|[^\W\d_]{3,})"
)
_NUMBER = re.compile(
    rf"[\ue000-\uefff]|(?!{COUNTING.pattern})[\uf000-\uf7ff]|"
    r"[,:;–—]\s*[\uf000-\uf7ff](?:\s+[^\W\d_]+)?\W*$"  # `.., nine even`
)
# a clause that begins with one of these is a condition; `auch wenn`, `even if` are none
_CONDITION = re.compile(
    r"(?:^\W*|[,;:–—(]\s*|\s-\s+|\b(?:only|but|and|nur|aber|und|solo|sólo|solamente|pero|seulement|ma|só|"
    r"mainly|mostly|largely|chiefly|primarily|especially|particularly|vor allem|besonders|"
    r"sobre todo|surtout|soprattutto|sobretudo|principalmente)\s+)"
    r"(?:if|unless|once|until|wenn|falls|sobald|solange|si|s'il|se|caso|cuando)\b"
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
    if (
        len(_signs(sentence)) < _FEWEST_SIGNS
        and len(WORD.findall(sentence)) < _FEWEST_WORDS - shorter
    ):
        return False
    return is_about_the_text(sentence, attached) and describes(sentence)


def describes(sentence: str) -> bool:
    """Say whether a sentence judges, names a part of a text, or tells what the text does."""
    if _TEXT_DOES.search(sentence):
        return True
    signs = _signs(sentence)
    return any(piece in signs for piece in _DESCRIBING_CJK) or any(
        map(_describing, _words(sentence))
    )


def _signs(sentence: str) -> str:
    return "".join(re.findall(f"[{CJK_SIGNS}]+", sentence))


def _words(sentence: str) -> Iterator[str]:
    return (word.lower() for word in WORD.findall(bare(sentence)) if not IS_CJK.match(word))


@cache
def _describing(word: str) -> bool:
    known = word in _DESCRIBING and word not in _WHOLE_TEXTS
    return known or (len(word) > 3 and word.startswith(_BEGINS) and word not in _WHOLE_TEXTS)


def is_about_the_text(sentence: str, attached: bool = False) -> bool:
    """Say whether nothing in a sentence, however short, speaks of the judging or takes back."""
    if attached and sets_a_condition(sentence):
        return False
    guards = (_NUMBER, _TAKES_BACK, _JUDGING, _REFERS_BACK, _ONLY_CONDITION)
    return not any(guard.search(sentence) for guard in guards)


def speaks_of_judging(sentence: str) -> bool:
    """Say whether a sentence has a word of judging, which may be about the score."""
    return _JUDGING.search(sentence) is not None


def sets_a_condition(sentence: str) -> bool:
    """Say whether a clause of a sentence begins as a condition."""
    return _CONDITION.search(sentence) is not None


def without_introduction(clause: str) -> str:
    """Return a verdict without what introduces it: `Por todo lo anterior, asigno ..`."""
    found = _INTRODUCED.match(clause)
    if found is None or not GIVES.search(found["verdict"]) or _WOULD.search(found["verdict"]):
        return clause
    lends = _INTRODUCES_ANOTHER.search(found["lead"]) or _CONDITION.search(found["lead"])
    return clause if lends or not is_about_the_text(found["lead"]) else found["verdict"]
