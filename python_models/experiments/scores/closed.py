"""What is known around a score: a word that is not leaves open whose number it is.

The clause of a score may hold known words only; `remarks` says what may stand beside and after it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES


def data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / f"{name}.yml").read_text(encoding="utf-8")
    )
    return found


def pattern(*parts: str) -> re.Pattern[str]:
    """Return the alternatives of lines that YAML has folded into one."""
    return re.compile("|".join(re.sub(r"(?<=\|)\s+", "", part.strip()) for part in parts), re.I)


WORDS, AROUND = data("words"), data("around")
CJK_SIGNS = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
WORD = re.compile(
    rf"[{CJK_SIGNS}]+|[^\W\d_{CJK_SIGNS}\ue000-\uf8ff]+(?:-[^\W\d_{CJK_SIGNS}\ue000-\uf8ff]+)*"
)
IS_CJK = re.compile(f"[{CJK_SIGNS}]")


SUMS_UP = pattern(WORDS["sums_up"])
# the possessive, and words that may stand in these phrases only
PHRASES = re.compile(
    r"(?<=[^\W\d_])['’]s\b|\b(?:place|put|peg) (?:it|this|the \w+) at\b|"
    rf"\bi can only (?=give|award|assign|grant)|{SUMS_UP.pattern}|"
    r"\bin (?=(?:total|summary|conclusion|short|sum|my|all|integer|sintesi|conclusione|allem)\b)"
)


def set_of(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if not word.endswith("_"))


PRAISE = set_of(WORDS["before"].pop("praise"))
QUALITY_WORDS = set_of(WORDS["before"].pop("qualities"))
_BEFORE = frozenset().union(*map(set_of, WORDS["before"].values()))
_LABELS = frozenset(f"{LABELS}|{WHOLES}|{WEAK_LABELS}".split("|"))
_BEFORE |= {re.sub(r"[\u0900-\u0903\u093a-\u094f]", "", label) for label in _LABELS}
_BEFORE_CJK = frozenset().union(*map(set_of, WORDS["before_cjk"].values()))
_BEFORE_CJK |= _LABELS
QUOTING, GIVES = (pattern(*WORDS[name].values()) for name in ("quoting", "gives"))
POINTING, COMMANDING, DISREGARDED, ANOTHER = (
    pattern(*WORDS[name].values()) for name in ("pointing", "commanding", "disregarded", "another")
)
NAMING = pattern(*WORDS["naming"].values())
SCALES, MODALS = pattern(WORDS["scales"]), pattern(WORDS["modals"])


@cache
def unknown(text: str, extra: frozenset[str] = frozenset()) -> str | None:
    """Return the first word of a text that may not stand before a score; null where all may."""
    for word in WORD.findall(bare(PHRASES.sub(" ", text.lower()))):
        if IS_CJK.match(word):
            left = rest_of(word, _BEFORE_CJK)
            if left:
                return left
        elif word not in _BEFORE and word not in extra:
            return word
    return None


def bare(text: str) -> str:
    """Return a text without vowel signs that are no letters, as Hindi has them."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("M"))


def rest_of(word: str, known: frozenset[str]) -> str:
    """Return what is left of a text of no spaces when the longest known pieces are taken off."""
    while word:
        size = next((n for n in range(min(len(word), 10), 0, -1) if word[:n] in known), 0)
        if not size:
            return word
        word = word[size:]
    return ""
