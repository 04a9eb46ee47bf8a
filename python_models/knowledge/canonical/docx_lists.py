"""Numbering of a docx: what stands before each item of a list, counted as Word counts."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from python_models.knowledge.canonical.docx_package import (
    Element,
    Package,
    Style,
    attribute,
    child,
    local,
    value,
)

_PLACE = re.compile(r"%(\d)")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True)
class Level:
    """How one level of a list counts."""

    form: str = "decimal"
    start: int = 1
    text: str = ""  # `%1.%2.`


class Lists:
    """The lists of a document; counters go on where a list is taken up again."""

    def __init__(self, package: Package) -> None:
        self._levels: dict[str, dict[int, Level]] = {}  # by id of a definition
        self._of: dict[str, str] = {}  # definition of each list
        self._starts: dict[tuple[str, int], int] = {}  # of a list that begins anew
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()
        root = package.part("numbering")
        for one in root if root is not None else ():
            if local(one) == "abstractNum":
                key = attribute(one, "abstractNumId") or ""
                levels = (level for level in one if local(level) == "lvl")
                self._levels[key] = dict(map(_level, levels))
            elif local(one) == "num":
                self._add(one)

    def _add(self, element: Element) -> None:
        key = attribute(element, "numId") or ""
        self._of[key] = value(element, "abstractNumId") or ""
        for one in element:
            if local(one) == "lvlOverride" and (start := value(one, "startOverride")):
                self._starts[key, _whole(attribute(one, "ilvl"), 0)] = _whole(start, 1)

    def mark(self, properties: Element | None, styles: list[Style]) -> tuple[str, int] | None:
        """Return what stands before a paragraph and how deep it lies; None where it is no item."""
        numbers = child(properties, "numPr")
        found = [style.number for style in styles if style.number]
        key = value(numbers, "numId") or next((one for one, _ in found if one), None)
        depth_text = value(numbers, "ilvl") or next((one for _, one in found if one), None)
        if not key or key == "0" or key not in self._of:
            return None
        depth = _whole(depth_text, 0)
        level = self._levels.get(self._of[key], {}).get(depth, Level())
        if level.form in ("bullet", "none"):
            return ("-", depth) if level.form == "bullet" else None
        return self._counted(key, depth, level), depth

    def _counted(self, key: str, depth: int, level: Level) -> str:
        counts = self._counts[self._of[key]]
        if (key, depth) in self._starts and (key, depth) not in self._begun:
            counts[depth] = self._starts[key, depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        self._begun.add((key, depth))
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        levels = self._levels.get(self._of[key], {})

        def number(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            one = levels.get(place, Level())
            return written(counts.get(place, one.start), one.form)

        shown = _PLACE.sub(number, level.text) or written(counts[depth], level.form) + "."
        return shown if shown.endswith((".", ")")) else f"{shown}."


def _level(element: Element) -> tuple[int, Level]:
    return _whole(attribute(element, "ilvl"), 0), Level(
        value(element, "numFmt") or "decimal",
        _whole(value(element, "start"), 1),
        value(element, "lvlText") or "",
    )


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise


def written(number: int, form: str) -> str:
    """Return a number as a list shows it: 3, 03, c, C, iii, III."""
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman, left = "", number
        for size, sign in _ROMAN:
            roman += sign * (left // size)
            left %= size
        return roman.upper() if form == "upperRoman" else roman
    return f"{number:02d}" if form == "decimalZero" else str(number)
