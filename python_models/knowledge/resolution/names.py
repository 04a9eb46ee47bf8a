"""Names as they are compared: folded, without the words that only say what a thing is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

KIND_WORDS = {
    "service": ("service", "system", "app", "microservice", "svc"),
    "team": ("team", "squad", "group", "crew"),
    "person": ("mr", "mrs", "ms", "dr"),
    "channel": ("channel",),
    "incident": ("incident",),
    "host": ("host",),
}
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
BETWEEN = re.compile(r"[\s_\-–—/]+")
POSSESSIVE = re.compile(r"['’]s$")
DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=100_000)
def name_key(kind: str, name: str) -> str:
    """Return what two spellings of one name have in common.

    "the Ledger service" and "ledger" are one service, "Team Atlas" and "@atlas" one team.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = EDGES.sub("", POSSESSIVE.sub("", EDGES.sub("", text)))
    words = [word for word in BETWEEN.split(text) if word]
    if len(words) > 1 and words[0] in ("the", "our"):
        words = words[1:]
    generic = KIND_WORDS.get(kind, ())
    kept = [word for word in words if word.rstrip(".") not in generic]
    return " ".join(kept or words)


def likeness(one: str, other: str) -> float:
    """Return how alike two folded names are, 0 to 1 (Jaro-Winkler of their words, the least).

    Numbers must be the same. Words in another order are compared by the alphabet too; where one
    name has more words than the other, they are only ever somewhat alike.
    """
    if one == other:
        return 1.0
    if sorted(DIGITS.findall(one)) != sorted(DIGITS.findall(other)):
        return 0.0
    words, others = one.split(), other.split()
    if len(words) != len(others):
        joined = one.replace(" ", "") == other.replace(" ", "")
        return 0.98 if joined else 0.9 * _jaro_winkler(one, other)
    return max(
        min(map(_jaro_winkler, words, others)),
        min(map(_jaro_winkler, sorted(words), sorted(others))),
    )


def _jaro_winkler(one: str, other: str) -> float:
    jaro = _jaro(one, other)
    shared = 0
    for left, right in zip(one[:4], other[:4], strict=False):
        if left != right:
            break
        shared += 1
    return jaro + shared * 0.1 * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    reach = max(len(one), len(other)) // 2 - 1
    taken = [False] * len(other)
    matched: list[str] = []
    for place, letter in enumerate(one):
        for at in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if not taken[at] and other[at] == letter:
                taken[at] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    there = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    turned = sum(left != right for left, right in zip(matched, there, strict=True)) / 2
    count = len(matched)
    return (count / len(one) + count / len(other) + (count - turned) / count) / 3
