"""Durations in clinical sentences: what a sentence says, held against what a criterion says."""

from __future__ import annotations

import re

NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
DURATION = re.compile(
    rf"\b(\d+(?:\.\d+)?|{'|'.join(NUMBERS)})[ -]+(?:consecutive )?({'|'.join(DAYS)})s?\b",
    re.IGNORECASE,
)
# a sentence that defines: "five years of panic disorder" tells a life and defines nothing
DEFINES = re.compile(
    r"\b(at least|minimum|criteri\w+|diagnos\w+|lasts?|lasting|must|requires?|required|persists?"
    r"|persisted|defined|more than|longer than)\b",
    re.IGNORECASE,
)
# fourteen days and two weeks, six months and half a year: the same to a clinician
TOLERANCE = 0.1


def durations(text: str) -> list[tuple[float, str]]:
    """Return (days, words) of each duration a text names."""
    found = []
    for match in DURATION.finditer(text):
        number, unit = match[1].lower(), match[2].lower()
        count = NUMBERS[number] if number in NUMBERS else float(number)
        found.append((count * DAYS[unit], match[0]))
    return found


def contradiction(sentence: str, criterion: str) -> str | None:
    """Return what a sentence says against a criterion's durations; None when nothing.

    A sentence that defines nothing or names no duration, or a criterion that has none,
    contradicts nothing.
    """
    if not DEFINES.search(sentence):
        return None
    said, known = durations(sentence), durations(criterion)
    if not said or not known:
        return None
    for days, words in said:
        if not any(abs(days - other) <= TOLERANCE * other for other, _ in known):
            return f"says {words}; the criterion says {' and '.join(text for _, text in known)}"
    return None
