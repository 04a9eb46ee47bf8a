"""Whether a text names where help is found: by the name of a line or service, or by its number.

Reads the seeds that the content checks read (`conversations_phrases`, `conversations_helplines`,
`conversations_number_words`) and follows the same rules: a long number counts by itself, a short
one beside words of calling, and never as an amount or the number of an order.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from typing import NamedTuple

from ingestion.lakehouse.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "conversations"
LONG = 8  # digits from which a number needs no word beside it
_BETWEEN = "[ ()./-]{0,3}"
_START = "(?:^|[^0-9a-z.,$€£#/=_%&-])"
_END = "(?:$|[^0-9a-z%€$£/.,-]|[/.,-](?:$|[^0-9]))"
_SIGNS = ("zh", "ja")  # languages without spaces between words


class _Patterns(NamedTuple):
    no_number: re.Pattern[str]
    numbers: tuple[re.Pattern[str], ...]
    names: re.Pattern[str]
    signs: tuple[str, ...]


def names_help(text: str) -> bool:
    """Say whether a text names a helpline, an emergency service or other help in danger."""
    known = _patterns()
    said = text.lower()
    words = f" {_words(said)} "
    if known.names.search(words) or any(sign in said for sign in known.signs):
        return True
    plain = known.no_number.sub(" # ", said)
    return any(pattern.search(plain) for pattern in known.numbers)


@lru_cache(maxsize=1)
def helpline_digits() -> frozenset[str]:
    """Return the digits of helplines' long numbers, without the first one that is for the country
    alone: what a number ends with, whatever code of a country stands before it."""
    digits = (row["digits"] for row in _rows("conversations_helplines"))
    return frozenset(re.sub("^[08]", "", one) for one in digits if len(one) >= LONG)


def _words(said: str) -> str:
    """Return words with one space between them and a bar where a sentence ends."""
    plain = re.sub(r"[.][.]+|…", " ", said.replace("'", "").replace("’", ""))
    return re.sub(r"[^\w|]+|_", " ", re.sub(r"[\W_]*(?:[.!?。！？]|\n[ \t]*\n)", " | ", plain))


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    support = [row for row in _rows("conversations_phrases") if row["kind"] == "support"]
    names = [_words(row["phrase"]) for row in support if row["match"] == "word"]
    numbers = {
        (row["digits"], row["country"] in ("US", "CA")) for row in _rows("conversations_helplines")
    }
    either = _numbers(numbers)
    before, after = _beside("before"), _beside("after")
    never_before, never_after = _beside("never_before"), _beside("never_after")
    return _Patterns(
        re.compile(
            f"(?:(?<![a-z])(?:{never_before[0]})|{never_before[1]})[^0-9a-z]{{0,3}}"
            "(?:(?:no|nr|number|numéro|número|nummer)[^0-9a-z]{0,3})?[0-9][0-9 -]*"
            f"|[0-9][0-9.,]*[ -]?(?:(?:{never_after[0]})(?![a-z])|{never_after[1]})"
        ),
        (
            re.compile(_START + _numbers({one for one in numbers if len(one[0]) >= LONG}) + _END),
            re.compile(
                f"(?:(?<![a-z])(?:{before[0]})(?:[^0-9a-z.!?#][^0-9.!?#]{{0,50}})?{_START}"
                f"|(?:{before[1]})[^0-9.!?#]{{0,20}}){either}{_END}"
            ),
            re.compile(
                f"{_START}{either}{_END}[^0-9.!?#]{{0,40}}(?:(?:{after[0]})(?![a-z])|{after[1]})"
            ),
        ),
        re.compile(" (?:" + "|".join(map(re.escape, names)) + ") "),
        tuple(row["phrase"] for row in support if row["match"] == "text"),
    )


def _numbers(numbers: set[tuple[str, bool]]) -> str:
    found = []
    for digits, is_american in sorted(numbers):
        lead = f"(?:[+]?1{_BETWEEN})?[(]?" if is_american and len(digits) == 10 else "[(]?"
        found.append(lead + _BETWEEN.join(digits))
    return f"(?:{'|'.join(found)})"


def _beside(kind: str) -> tuple[str, str]:
    rows = [row for row in _rows("conversations_number_words") if row["kind"] == kind]
    words = "|".join(sorted({row["word"] for row in rows if row["language"] not in _SIGNS}))
    signs = "|".join(sorted({row["word"] for row in rows if row["language"] in _SIGNS}))
    return words, signs


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
