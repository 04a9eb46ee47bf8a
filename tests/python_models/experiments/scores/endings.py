"""Endings of judges' texts in nine languages, with what may come of each, from two lists."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

DECIMAL_COMMA = ("de", "es", "fr", "it", "pt")
LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "ja", "ko", "zh")
KINDS = ("plain", "revised", "hedged", "quoted", "other", "scale", "range", "parts", "letters")
HERE = Path(__file__).parent
# no pair is the sum, the share or the average of another, and none is the end of a scale
PAIRS = (("6", "7"), ("8", "5"), ("7.5", "8.5"), ("9", "4"), ("3", "6.5"))


class Ending(NamedTuple):
    """A text, its language and kind, and the one number it may give; none for an error."""

    language: str
    kind: str
    text: str
    number: float | None


@cache
def endings() -> tuple[Ending, ...]:
    """Return every ending with every pair of numbers."""
    found: dict[str, Ending] = {}
    for name in ("endings_western.yml", "endings_asian.yml"):
        lists = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
        for language, kinds in lists.items():
            for kind, texts in kinds.items():
                for ending in texts:
                    for first, second in PAIRS:
                        one = _filled(language, kind, ending, first, second)
                        found.setdefault(one.text, one)
    return tuple(found.values())


def _filled(language: str, kind: str, ending: str, first: str, second: str) -> Ending:
    shown = (first, second)
    if language in DECIMAL_COMMA and "{" not in ending:  # neither JSON nor LaTeX
        shown = (first.replace(".", ","), second.replace(".", ","))
    text = ending.replace("§", shown[0]).replace("¶", shown[1])
    number = {"plain": float(first), "revised": float(second)}.get(kind)
    return Ending(language, kind, text, number)
