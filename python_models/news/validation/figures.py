"""Figures of a text read word by word, each as what it may stand for, and where they differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from python_models.news.checks.words import ordered, words

SCALES = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6,
          "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "dozen": 12.0,
          "tausend": 1e3, "mio": 1e6, "millionen": 1e6, "mrd": 1e9, "milliarden": 1e9,
          "milliarde": 1e9, "millions": 1e6, "billions": 1e9}  # fmt: skip
_SMALL = ordered(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen
    """
)  # fmt: skip
_TENS = ordered("twenty thirty forty fifty sixty seventy eighty ninety")
SPELT = {word: float(value) for value, word in enumerate(_SMALL)} | {
    word: 10.0 * value for value, word in enumerate(_TENS, start=2)
}
SPELT |= {
    f"{ten}-{unit}": SPELT[ten] + SPELT[unit] for ten in _TENS for unit in _SMALL[1:10]
}  # fmt: skip
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "dollars": "$", "dollar": "$", "usd": "$",
          "euros": "€", "euro": "€", "eur": "€", "pounds": "£", "gbp": "£", "yen": "¥"}  # fmt: skip
_SHARE = {"%", "percent", "percentage", "prozent", "pct"}
_ABOUT = words(
    """
    about around roughly approximately nearly almost some over than circa ca ~ under least to
    rund etwa knapp fast
    """
)  # fmt: skip
_PIECE = re.compile(
    r"[$€£¥%~]|\d+(?:[.,’'\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*|[-–—/,]"
)
_PLAIN_WORD = re.compile(r"[^\W\d_]{3,}")
# a measure written without a space: 45W, 5,200mAh, 120Hz, 187g, 3.4x
_MEASURES = words(
    """
    w kw mw gw wh kwh mwh ah mah v g kg m km cm mm nm l ml hz khz mhz ghz b kb mb gb tb s ms h x
    fps px mph ft
    """
)
_IDLE = words(
    """
    the and for with that this from have has had was were are its their which about around
    over more than less some said says will would could also into after before million billion
    thousand percent dollars euros between
    """
)  # fmt: skip


_HALF = re.compile(r"\bhalf[- ](?!of\b)", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")


@dataclass(frozen=True)
class Figure:
    """One figure: its value, `%`, a currency or nothing as its unit, and the words around it."""

    text: str
    value: float
    unit: str
    is_about: bool
    words: frozenset[str]
    of: str = ""  # the word behind it, which says what is counted

    def equals(self, other: Figure) -> bool:
        """Say whether two figures are the same, or this one is the other rounded with "about"."""
        if "%" in (self.unit, other.unit) and self.unit != other.unit:
            return False
        if self.unit and other.unit and self.unit != other.unit:
            return False
        near = abs(self.value - other.value)
        return near <= 1e-9 * abs(other.value) or (self.is_about and near <= 0.1 * abs(other.value))


def figures_of(text: str) -> list[Figure]:
    """Return the figures of a text; not those within a word such as GPT-5."""
    pieces = list(_PIECE.finditer(text))
    found: list[Figure] = []
    at = 0
    while at < len(pieces):
        value, used = _value(text, pieces, at)
        if value is None:
            at += 1
            continue
        unit = _unit(pieces, at, at + used)
        before = [piece[0].lower() for piece in pieces[max(0, at - 2) : at]]
        around = text[max(0, pieces[at].start() - 45) : pieces[at + used - 1].end() + 45]
        words = frozenset(_PLAIN_WORD.findall(around.lower())) - _IDLE - SPELT.keys()
        said = text[pieces[at].start() : pieces[at + used - 1].end()]
        behind = _PLAIN_WORD.findall(text[pieces[at + used - 1].end() :][:60].lower())
        counted = next((word for word in behind if word not in _IDLE), "")
        found.append(Figure(said, value, unit, bool(_ABOUT & set(before)), words, counted))
        at += used
    return _ranged(found, text)


def _value(text: str, pieces: Sequence[re.Match[str]], at: int) -> tuple[float | None, int]:
    """Return (value, pieces it takes) of a figure that begins here; (None, 0) when none does."""
    piece = pieces[at]
    word = piece[0].lower()
    if word[0].isdigit():
        start, end = piece.span()
        before, after = text[max(0, start - 2) : start], text[end : end + 1]
        if re.search(r"[^\W\d_]$|[A-Z]-$|[a-z]-$", before) and not before.endswith("mid-"):
            return None, 0
        scale_word = pieces[at + 1][0].lower() if at + 1 < len(pieces) else ""
        tied = _PIECE.match(text, end)
        unit = tied[0].lower().partition("-")[0] if tied else ""
        if after.isalpha() and not {scale_word, unit} & (
            SCALES.keys() | _MEASURES | {"st", "nd", "rd", "th", "t"}
        ):
            return None, 0
        value = _number(word)
    elif word in SPELT and word != "one":
        value = SPELT[word]
    elif word in ("one", "a") and at + 1 < len(pieces) and pieces[at + 1][0].lower() in SCALES:
        value = 0.5 if at and pieces[at - 1][0].lower() == "half" else 1.0
    else:
        return None, 0
    used = 1
    while at + used < len(pieces):
        gap = text[pieces[at + used - 1].end() : pieces[at + used].start()]
        scale = pieces[at + used][0].lower()
        scale = scale if gap else scale.partition("-")[0]  # 1.3B-parameter
        if scale not in SCALES or gap.strip("- ") or (len(scale) == 1 and gap and word[0] != "$"):
            break
        value, used = value * SCALES[scale], used + 1
    return value, used


def _number(digits: str) -> float:
    """Return a number's value: groups of three are thousands, what else follows are decimals."""
    bare = re.sub(r"[’'\u00a0\u202f ]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        return float(bare.replace(",", ""))
    if re.fullmatch(r"\d+(?:\.\d+)?", bare):
        return float(bare)
    if re.fullmatch(r"\d+,\d+", bare):
        return float(bare.replace(",", "."))
    return float(re.sub(r"\D", "", bare))


def _unit(pieces: Sequence[re.Match[str]], start: int, end: int) -> str:
    after = pieces[end][0].lower() if end < len(pieces) else ""
    beyond = pieces[end + 1][0].lower() if end + 1 < len(pieces) else ""
    if after in _SHARE or (after, beyond) == ("per", "cent"):
        return "%"
    before = pieces[start - 1][0].lower() if start else ""
    return _MONEY.get(before) or _MONEY.get(after, "")


def _ranged(found: list[Figure], text: str) -> list[Figure]:
    """Add, for "10 to 12 percent" and "$1-2 billion", the first figure as the second is meant."""
    extra = []
    for one, two in zip(found, found[1:], strict=False):
        between = (
            re.escape(one.text)
            + r"\s?(?:[-–—/,]|to|and|or|bis|und)\s?[$€£]?\s?"
            + re.escape(two.text)
        )
        if one.unit != "%" and re.search(between, text):
            unit = two.unit or one.unit
            scale = next(
                (by for word, by in SCALES.items() if two.text.lower().endswith(word)), 1.0
            )
            for value in (one.value, one.value * scale):
                extra.append(replace(one, value=value, unit=unit))
    return found + extra


@lru_cache(maxsize=256)
def _known_figures(evidence: str) -> tuple[Figure, ...]:
    found = figures_of(evidence)
    for at, one in enumerate(tuple(found)):
        if not one.unit and 0 < one.value < 1:  # a share as a fraction
            found.append(replace(one, value=100 * one.value, unit="%"))
        if one.unit == "%" and one.of == "percentage":
            found.append(replace(one, unit=""))  # percentage points, which may be just points
        shares = [before for before in found[max(0, at - 3) : at] if before.unit == "%"]
        is_whole = 0 < one.value <= 100 and one.value == int(one.value)
        is_nth = re.search(rf"\b{re.escape(one.text)}(?:st|nd|rd|th)\b", evidence)
        if not one.unit and shares and is_whole and not is_nth:
            found.append(replace(one, unit="%"))  # "8 percent, would reach 12 by then"
    half = [Figure("half", 0.5, "", False, frozenset())] if _HALF.search(evidence) else []
    times = [
        Figure(match[0], float(f"{match[1]}.{match[2]}"), "", False, frozenset())
        for match in _CLOCK.finditer(evidence)
    ]
    return (*found, *half, *times)


def missing_figures(text: str, evidence: str) -> list[str]:
    """Return the figures of a text that its evidence has nowhere."""
    known = _known_figures(evidence)
    by_text: dict[str, list[Figure]] = {}
    for one in figures_of(text):
        by_text.setdefault(one.text, []).append(one)
    return [
        said
        for said, readings in by_text.items()
        if not any(one.equals(other) for one in readings for other in known)
    ]


def disputes(said: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the figures for one quantity that differ between hosts.

    Args:
        said: {host: all that its articles say}.

    Returns:
        For each: `about` (the words both have around it) and `figures` {host: figure}.
    """
    figures = {host: figures_of(text) for host, text in said.items()}
    hosts = sorted(figures)
    found: list[dict[str, Any]] = []
    for at, host in enumerate(hosts):
        for other in hosts[at + 1 :]:
            for left in figures[host]:
                right = _differing(left, figures[other], figures[host])
                if right is not None:
                    about = sorted(left.words & right.words)
                    found.append({"about": about, "figures": {host: left.text, other: right.text}})
    unique = {json.dumps(sorted(one["figures"].items())): one for one in found}
    return list(unique.values())[:5]


def _differing(left: Figure, theirs: Iterable[Figure], ours: Sequence[Figure]) -> Figure | None:
    theirs = list(theirs)
    if any(left.equals(one) or one.equals(left) for one in theirs):
        return None
    for right in theirs:
        shared = left.words & right.words
        alike = len(shared) >= 3 and len(shared) >= 0.5 * min(len(left.words), len(right.words))
        is_year = min(left.value, right.value) >= 1900 and max(left.value, right.value) <= 2100
        is_one_thing = left.unit == right.unit and left.of == right.of
        is_told = any(right.equals(one) or one.equals(right) for one in ours)
        if alike and is_one_thing and not (is_year and not left.unit) and not is_told:
            return right
    return None
