"""Sentences beside a verdict that are about the text, a next one, or farewell: of no score."""

from __future__ import annotations

import re

from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.sentences import CJK, NUMBER
from python_models.experiments.scores.words import LABELS, WHOLES

_ADVISES = pattern("withdrawals", "advises")
_PLAINLY = pattern("withdrawals", "advises_plainly")
_TELLS = pattern("withdrawals", "tells_of_the_text")
_OFFERS, _FURTHER = pattern("withdrawals", "offers"), re.compile(r"[,;:，；、：–—]\s*[^\W_]")
_MORE_THAN_TELLS = pattern("withdrawals", "more_than_tells")
_CLOSINGS = pattern("withdrawals", "closings")
LABELS_OF_A_SCORE = re.compile(rf"(?<!\w)(?:{LABELS}|{WHOLES})(?!\w)", re.I)
NUMBER_IN_IT = re.compile(NUMBER)
_WORD = re.compile(rf"[^\W\d_{CJK}\ue000-\uf8ff]+")
_SIGN = re.compile(f"[{CJK}]")
_SHORT, _SHORT_CJK = 7, 14


def is_short(text: str) -> bool:
    """Say whether a text has but a few words."""
    return len(_WORD.findall(text)) < _SHORT and len(_SIGN.findall(text)) < _SHORT_CJK


def is_of_no_score(text: str) -> bool:
    """Say whether a text has no number, and no name of a score."""
    return not (LABELS_OF_A_SCORE.search(text) or NUMBER_IN_IT.search(text))


def is_of_the_text(text: str) -> bool:
    """Say whether a sentence is about this text, a next one or farewell, and of no score."""
    if not is_of_no_score(text):
        return False
    if _TELLS.match(text) and not _MORE_THAN_TELLS.search(text) and not is_short(text):
        return True
    is_advice = _ADVISES.search(text) is not None and (":" in text or not is_short(text))
    return is_advice or advises_plainly(text)


def advises_plainly(text: str) -> bool:
    """Say whether a sentence, however short, is nothing but advice or farewell."""
    found = _PLAINLY.search(text) or _CLOSINGS.search(text)
    if found is None or not is_of_no_score(text):
        return False
    # what a further clause may say is looked at like any other words
    return _OFFERS.match(text) is not None or not _FURTHER.search(text, found.end())


def heads_advice(text: str) -> bool:
    """Say whether a text is a heading such as `Suggestions`."""
    text = text.strip(" :：#*-")
    return _ADVISES.match(text) is not None and len(text.split()) < 4 and is_short(text)
