"""Word lists of the reader, as one pattern or set a kind; all languages count together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@cache
def data(name: str) -> dict[str, Any]:
    """Return a file of word lists, by kind and language."""
    found: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def _texts(name: str, kind: str) -> list[str]:
    """Return the lists of a kind, one a language where it has several."""
    lists = data(name)[kind]
    return [*lists.values()] if isinstance(lists, dict) else [lists]


def _signs(text: str, start: int = 0, depth: int = 0) -> Iterator[tuple[int, str, int]]:
    """Give each place of a regular expression in no set, its sign, how many brackets are open.

    A bracket is told with the depth behind it; what a backslash stands before is left out.
    """
    is_set, place = False, start
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif is_set:
            is_set = sign != "]"
        elif sign == "[":
            is_set = True
            place += text[place + 1 : place + 2] == "]"
        else:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            yield place, sign, depth
        place += 1


def _split(text: str) -> list[str]:
    """Return the alternatives of a regular expression that stand in no brackets."""
    ends = [place for place, sign, depth in _signs(text) if sign == "|" and not depth]
    begins = [0, *(place + 1 for place in ends)]
    return [text[begin:end] for begin, end in zip(begins, [*ends, len(text)], strict=True)]


def _by_letter(alternatives: list[str], depth: int = 3) -> str:
    """Return alternatives grouped by their first letters, which alone are tried at most places."""
    if not depth or len(alternatives) < 4:
        return "|".join(alternatives)
    groups: dict[str, list[str]] = {}
    rest: list[str] = []
    for one in (each for told in alternatives for each in _spelled_out(told)):
        is_letter = one[:1].isalnum() and one[1:2] not in tuple("?*+{") and len(one[0].upper()) == 1
        (groups.setdefault(one[0].lower(), []) if is_letter else rest).append(one[1 * is_letter :])
    told = [
        f"(?-i:[{letter}{letter.upper()}])(?:{_by_letter(group, depth - 1)})"
        for letter, group in groups.items()
    ]
    return "|".join([*told, *rest])


def _spelled_out(one: str) -> list[str]:
    """Return an alternative that begins with others, each of these with what follows them."""
    end = _end_of_group(one, 3) if one.startswith("(?:") else 0
    if not end or one[end : end + 1] in tuple("?*+{") or len(one) - end > 300:
        return [one]
    return [each + one[end:] for told in _split(one[3 : end - 1]) for each in _spelled_out(told)]


_BOUND = r"\b(?:"


def quick(text: str) -> str:
    """Return a regular expression of many alternatives so that it fails quickly at most places."""
    inner: dict[str, list[str]] = {}
    rest: list[str] = []
    for one in _split(text):
        end = _end_of_group(one, len(_BOUND)) if one.startswith(_BOUND) else 0
        if end and one[end : end + 1] not in tuple("?*+{"):
            inner.setdefault(one[end:], []).extend(_split(one[len(_BOUND) : end - 1]))
        else:
            rest.append(one)
    told = [f"{_BOUND}{_by_letter(group)}){end}" for end, group in inner.items()]
    return "|".join([*told, *([_by_letter(rest)] if rest else [])])


def _end_of_group(text: str, start: int) -> int:
    """Return the place behind the bracket that closes a group."""
    closed = (place + 1 for place, _, depth in _signs(text, start, depth=1) if not depth)
    return next(closed, len(text))


@cache
def pattern(name: str, kind: str) -> re.Pattern[str]:
    """Return the alternatives of a kind in all languages."""
    texts = (re.sub(r"(?<=\|)\s+", "", text.strip()) for text in _texts(name, kind))
    return re.compile(quick("|".join(texts)), re.I)


@cache
def words(name: str, kind: str) -> frozenset[str]:
    """Return the words of a kind in all languages."""
    return frozenset(" ".join(_texts(name, kind)).split())
