"""Numbers in normal form: 1,000 = 1 000 = one thousand; 1.2 bn = 1,200 million; 5 % = 5 percent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

MULTIPLIERS = {
    "hundred": 2, "thousand": 3, "tausend": 3, "k": 3, "million": 6, "millions": 6, "mn": 6,
    "mio": 6, "m": 6, "millionen": 6, "billion": 9, "billions": 9, "bn": 9, "b": 9, "mrd": 9,
    "milliarde": 9, "milliarden": 9, "trillion": 12, "trillions": 12, "tn": 12, "t": 12,
}  # fmt: skip
UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
    "zehn": 10, "elf": 11, "zwölf": 12,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
CURRENCIES = {
    "$": "usd", "us$": "usd", "usd": "usd", "dollar": "usd", "dollars": "usd", "€": "eur",
    "eur": "eur", "euro": "eur", "euros": "eur", "£": "gbp", "gbp": "gbp", "pounds": "gbp",
    "¥": "yen", "yen": "yen", "yuan": "cny", "rmb": "cny", "₹": "inr", "rupees": "inr",
}  # fmt: skip
_DIGITS = r"\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_WORDS = "|".join(sorted([*UNITS, *TENS], key=len, reverse=True))
_SPELT = (
    rf"\b(?:half a|a|(?:{_WORDS})(?:[- ](?:and )?(?:hundred|{_WORDS}))*)(?=[- ](?:hundred|thousand"
    rf"|million|billion|trillion|dozen)\b)|\b(?:{_WORDS})(?:-(?:{_WORDS}))?\b"
)
_MULTIPLIER = (
    r"(?:(?:hundred[- ])?thousand|hundred|millions?|billions?|trillions?|dozen|million(?:en)?"
    r"|milliarden?|tausend|mrd\.?|mio\.?|bn|mn|tn|[kmbt])"
)
_UNIT = (
    r"(?:%|(?:percentage[- ])?points?|percent|per cent|prozent|pct|[$€£¥]"
    r"|(?:u\.?s\.? )?dollars?|euros?|pounds|yuan|yen|rupees|usd|eur|gbp|rmb)"
)
NUMBER = re.compile(
    rf"(?P<sign>(?:us)?[$€£¥₹]|\b(?:usd|eur|gbp|rmb) ?)?\s?"
    rf"(?P<number>(?P<version>\d+(?:\.\d+){{2,}}|\d{{1,2}}:\d{{2}}(?!\d))|{_DIGITS}|{_SPELT})"
    rf"(?P<ordinal>st|nd|rd|th)?(?:(?P<gap>[-\s]?)(?P<multiplier>{_MULTIPLIER}\b))?"
    rf"(?:[-\s]?(?P<unit>{_UNIT})(?!\w))?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"^\s*(?:[-–—/]|to|and|or|through|bis|und|oder|versus|vs\.?|,)\s*$", re.IGNORECASE
)
_STRICT_RANGE = re.compile(r"^\s*(?:[-–—]|to|through|bis)\s*$", re.IGNORECASE)
_MORE = re.compile(r"\b(?:over|(?:more) than|at least|mehr als|über)\s*$", re.IGNORECASE)
_LESS = re.compile(
    r"\b(?:under|(?:less|fewer) than|up to|nearly|almost|close to|fast|knapp|bis zu)\s*$",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|nearly|almost|some|circa|ca\.?|close to|over|under"
    r"|(?:more|less|fewer) than|at least|up to|rund|etwa|ungefähr|fast|knapp|mehr als)|[~≈])\s*$",
    re.IGNORECASE,
)
_CLOSE = Decimal("0.1")
# what is measured, written without a space behind its figure
_MEASURE = re.compile(
    r"(?:[kMGTm]?(?:Wh|W|Hz|B|Ah|V|g|m|l)|[cm]m|[nmµ]?s|GB|MB|TB|ft|fps|px|nm|mph|h|x)\b"
)
# a figure that goes on like this says no unit of its own: "8 percent, would reach 12 by then"
_BARE = re.compile(r"\s*(?:[.,;:!?)]|$|(?:by|in|at|from|to|once|now|then|this|last|next|before"
                   r"|today|a year|and|or|but|when|if)\b)")  # fmt: skip
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")
_HALF = re.compile(r"\bhalf(?=[- ](?!of\b))")
_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")


@dataclass(frozen=True)
class Number:
    """A number of a text: the values it may mean, in what unit, and whether it is about."""

    text: str
    values: frozenset[Decimal]
    kinds: frozenset[str]  # plain | percent | version
    currency: str | None
    is_about: bool
    bound: int  # with "more than" 1, with "less than" and "nearly" -1, else 0
    exponent: int
    start: int
    end: int

    @property
    def is_year(self) -> bool:
        """Say whether it is written as a year is."""
        return bool(re.fullmatch(r"(?:19|20)\d\d", self.text.strip()))

    def is_said_by(self, other: Number) -> bool:
        """Say whether another number, of the evidence, bears this one out."""
        if not self.kinds & other.kinds:
            return False
        if self.currency and other.currency and self.currency != other.currency:
            return False
        if self.values & other.values:
            return True
        return (
            self.is_about
            and not other.is_year
            and any(
                _rounds_to(theirs, ours, self.bound)
                for ours in self.values
                for theirs in other.values
            )
        )


def numbers_of(text: str, is_strict: bool = False) -> list[Number]:
    """Return the numbers of a text in the order they stand; not those that are part of a name.

    Args:
        text: what is read.
        is_strict: the first number of "3 to 5 percent" means percent; else it may be plain, too.
    """
    found = [_read(match, text) for match in NUMBER.finditer(text)]
    return _with_ranges([number for number in found if number is not None], text, is_strict)


@lru_cache(maxsize=256)
def _known_numbers(evidence: str) -> tuple[Number, ...]:
    found = [_also(number, evidence) for number in numbers_of(evidence)]
    for match in _HALF.finditer(evidence):
        found.append(_plain(match, Decimal("0.5")))
    for match in _TIME.finditer(evidence):  # 4.30 in the morning
        found.append(_plain(match, Decimal(f"{match[1]}.{match[2]}")))
    return tuple(found)


def _plain(match: re.Match[str], value: Decimal) -> Number:
    return Number(match[0], frozenset({value.normalize()}), frozenset({"plain"}), None, False, 0, 0,
                  match.start(), match.end())  # fmt: skip


def _also(number: Number, evidence: str) -> Number:
    """Let a number of the evidence mean a share, where its sentence speaks of shares.

    A share as a fraction (0.987) may be said in percent; one that goes on without a unit of its
    own, in a sentence that has percent before it, is percent too.
    """
    if number.kinds != {"plain"} or number.currency or number.exponent or number.is_year:
        return number
    shares = frozenset(value * 100 for value in number.values if 0 < value < 1)
    if "." in number.text and shares:
        return replace(number, values=number.values | shares, kinds=frozenset({"plain", "percent"}))
    before = re.split(r"[.!?]\s", evidence[max(0, number.start - 160) : number.start])[-1]
    is_share = re.search(r"\d ?(?:%|percent\b|per cent\b|prozent\b)", before, re.IGNORECASE)
    if is_share and not _ORDINAL.search(number.text) and _BARE.match(evidence, number.end):
        return replace(number, kinds=frozenset({"plain", "percent"}))
    return number


def unsaid_numbers(text: str, evidence: str) -> list[str]:
    """Return the numbers of a text that its evidence does not have."""
    known = _known_numbers(evidence)
    return [
        number.text.strip()
        for number in numbers_of(text, is_strict=True)
        if not _is_said(number, [other for other in known if number.is_said_by(other)], known)
    ]


def _is_said(number: Number, said: Sequence[Number], known: Sequence[Number]) -> bool:
    """Say whether the evidence bears a number out, in its currency where it names one."""
    if not number.currency or any(other.currency == number.currency for other in said):
        return bool(said)
    elsewhere = (other.currency for other in known if other.values & number.values)
    return bool(said) and not any(elsewhere)


def _read(match: re.Match[str], text: str) -> Number | None:
    start, number = match.start("number"), match["number"]
    if _is_part_of_a_name(text, start, match.end("number")):
        return None
    multiplier = (match["multiplier"] or "").lower().rstrip(".")
    values, exponent = _values(number, multiplier, bool(match["gap"]), bool(match["sign"]))
    if values is None:
        return None
    unit = (match["unit"] or "").lower()
    kind = "percent" if unit.startswith(("%", "per", "pro", "pct")) else "plain"
    sign = (match["sign"] or "").strip().lower() or unit.replace("u.s. ", "").replace("us ", "")
    before = text[max(0, match.start() - 20) : match.start()]
    is_about = bool(_HEDGE.search(before))
    bound = bool(_MORE.search(before)) - bool(_LESS.search(before))
    kinds = frozenset({"version"} if match["version"] else {kind})
    kinds |= {"points"} if "point" in unit else set()  # of percent, where both speak of points
    return Number(match[0], values, kinds, CURRENCIES.get(sign), is_about, bound, exponent,
                  match.start(), match.end())  # fmt: skip


def _is_part_of_a_name(text: str, start: int, end: int) -> bool:
    """Say whether digits belong to a word such as GPT-5, H100, 5G or 3D."""
    before, after = text[:start], text[end : end + 2]
    if re.search(r"[A-Za-z_]\w*$", before) or re.search(r"\w*[A-Z]\w*[-.]$", before):
        return True
    if re.search(r"\d[.,]$", before):
        return True
    if _MEASURE.match(text, end):
        return False
    return bool(re.match(r"[A-Zac-jln-z]", after)) and not re.match(
        r"(?:[KMBTkmbtx%]|bn|mn|tn|st|nd|rd|th|s\b)", after
    )


def _values(
    number: str, multiplier: str, is_apart: bool, is_money: bool
) -> tuple[frozenset[Decimal] | None, int]:
    """Return (what a number may mean, power of ten of its multiplier); None: no number."""
    if re.fullmatch(r"\d+(?:\.\d+){2,}|\d+:\d+", number):
        return frozenset({Decimal(re.sub(r"\D", "", number))}), 0
    plain = _digits(number) if number[0].isdigit() else _spelt(number.lower())
    if number.lower() == "one" and not multiplier:
        return None, 0  # a pronoun as often as a number
    if multiplier == "dozen":
        return frozenset(12 * value for value in plain), 0
    exponent = sum(MULTIPLIERS[word] for word in re.split(r"[- ]", multiplier) if word)
    values = frozenset(value.scaleb(exponent) for value in plain)
    if len(multiplier) == 1 and (is_apart and not is_money):
        values |= plain  # 5 m may be metres
    return values, exponent


def _digits(number: str) -> frozenset[Decimal]:
    text = re.sub(r"['’\u00a0\u202f ]", "", number)
    found = set()
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text) or "," not in text:
        found.add(Decimal(text.replace(",", "")) if text.count(".") < 2 else None)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text) and text.count(".") + ("," in text):
        found.add(Decimal(text.replace(".", "").replace(",", ".")))
    if re.fullmatch(r"\d+,\d+", text) and not re.fullmatch(r"\d{1,3},\d{3}", text):
        found.add(Decimal(text.replace(",", ".")))
    return frozenset(value.normalize() for value in found if value is not None)


def _spelt(words: str) -> frozenset[Decimal]:
    if words == "a":
        return frozenset({Decimal(1)})
    if words == "half a":
        return frozenset({Decimal("0.5")})
    total = 0
    for word in re.split(r"[- ]", words):
        if word == "hundred":
            total *= 100
        else:
            total += UNITS.get(word, TENS.get(word, 0))
    return frozenset({Decimal(total)})


def _with_ranges(numbers: Sequence[Number], text: str, is_strict: bool) -> list[Number]:
    """Let the first of "10 to 12 percent" and "$1-2 billion" take what the second says too."""
    found = list(numbers)
    for at in range(len(found) - 2, -1, -1):
        one, two = found[at], found[at + 1]
        between = text[one.end : two.start]
        if not _RANGE.match(between) or one.kinds != {"plain"}:
            continue
        if one.currency and two.currency and one.currency != two.currency:
            continue
        is_listed = between.strip() == ","
        is_range = is_strict and bool(_STRICT_RANGE.match(between))
        if not one.exponent and two.exponent and not is_listed:
            scaled = frozenset(value.scaleb(two.exponent) for value in one.values)
            one = replace(one, values=scaled if is_range else one.values | scaled)
        one = replace(one, kinds=two.kinds if is_range else one.kinds | two.kinds)
        if one.currency and not two.currency and not is_listed:
            found[at + 1] = replace(two, currency=one.currency)
        found[at] = one
    return found


def _rounds_to(exact: Decimal, given: Decimal, bound: int) -> bool:
    """Say whether a number, rounded to the digits another one has, is that one.

    With "more than" (bound 1) it is rounded down, with "nearly" (-1) up, else to the nearest.
    """
    if not given or not exact or abs(exact - given) > _CLOSE * abs(exact):
        return False
    step = Decimal(1).scaleb(int(given.normalize().as_tuple().exponent))
    if bound:
        return (exact - given) * bound >= 0 and abs(exact - given) < step
    return abs(exact - given) <= step / 2
