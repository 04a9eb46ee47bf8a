"""What is known around a score: a word that is not leaves open whose number it is.

The clause of a score may hold known words only; remarks beside it, and lines after it, may hold any
word but those that take a score back, hedge it, or give it to somebody else.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES

_WORDS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "words.yml").read_text(encoding="utf-8")
)
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_CJK}]+|[^\W\d_{_CJK}\ue000-\uf8ff]+(?:-[^\W\d_{_CJK}\ue000-\uf8ff]+)*")
_IS_CJK = re.compile(f"[{_CJK}]")


# the possessive, and words that may stand in these phrases only
_PHRASES = re.compile(
    r"(?<=[^\W\d_])['’]s\b|"
    r"\bin (?=(?:total|summary|conclusion|short|sum|my|all|integer|sintesi|conclusione|allem)\b)"
)


def _pattern(name: str) -> re.Pattern[str]:
    parts = (re.sub(r"\n\s*|(?<=\|)\s+|^\s+", "", part.strip()) for part in _WORDS[name].values())
    return re.compile("|".join(parts), re.I)


def _set(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if not word.endswith("_"))


PRAISE = _set(_WORDS["before"].pop("praise"))
QUALITY_WORDS = _set(_WORDS["before"].pop("qualities"))
_BEFORE = frozenset().union(*map(_set, _WORDS["before"].values()))
_LABELS = frozenset(f"{LABELS}|{WHOLES}|{WEAK_LABELS}".split("|"))
_BEFORE |= {re.sub(r"[\u0900-\u0903\u093a-\u094f]", "", label) for label in _LABELS}
_REASONS = _set(_WORDS["reasons"])
_REMARK = _set(_WORDS["remark"]) | PRAISE
_BEFORE_CJK = frozenset().union(*map(_set, _WORDS["before_cjk"].values()))
_FOLLOW_CJK = _set(_WORDS["follow_cjk"])
_REMARK_CJK = _FOLLOW_CJK | _BEFORE_CJK | _set(_WORDS["remark_cjk"])
_BEFORE_CJK |= _LABELS
HARMLESS = _set(_WORDS["harmless"])
DOUBTS, QUOTING, GIVES = _pattern("doubts"), _pattern("quoting"), _pattern("gives")
SCALES = re.compile(_WORDS["scales"], re.I)


_AS_IT = re.compile(
    r"[\s,]*(?:as|da|ya que|puisque|visto que) (?:it|the|this|both|er|der|die|das|le|la|el|o|il)\b"
)


@cache
def unknown(text: str, extra: frozenset[str] = frozenset()) -> str | None:
    """Return the first word of a text that may not stand before a score; null where all may."""
    for word in _WORD.findall(_bare(_PHRASES.sub(" ", text.lower()))):
        if _IS_CJK.match(word):
            left = _rest(word, _BEFORE_CJK)
            if left:
                return left
        elif word not in _BEFORE and word not in extra:
            return word
    return None


def _bare(text: str) -> str:
    """Return a text without vowel signs that are no letters, as Hindi has them."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("M"))


def strange_remark(rest: str) -> str | None:
    """Return the first word after a score, in its sentence, that leaves open what the score is."""
    if re.match(r"\s*(?:[\ue000-\uf7ff]|[ap]\.?m\b)", rest):
        return "another number"
    sentence = re.split(r"[.!?;|](?=\s|$)|。", rest)[0]
    words = _WORD.findall(_bare(_PHRASES.sub(" ", sentence.lower())))
    if words and (words[0] in _REASONS or _AS_IT.match(sentence)):
        return None
    for place, word in enumerate(words):
        if _IS_CJK.match(word):
            left = _rest(
                word, _REMARK_CJK if place or re.match(r"\W", rest.lstrip()) else _FOLLOW_CJK
            )
            if left:
                return left
        elif word == "effort" or (word not in _BEFORE and word not in _REMARK):
            return word
    return None


def _rest(word: str, known: frozenset[str]) -> str:
    """Return what is left of a text of no spaces when the longest known pieces are taken off."""
    while word:
        size = next((n for n in range(min(len(word), 10), 0, -1) if word[:n] in known), 0)
        if not size:
            return word
        word = word[size:]
    return ""
