"""How a name may be written: in any case, with ligatures, across a line's end, in links and JSON.

A name stands somewhere as words of its own: *Jan* is not in *January*, an account not in a longer
one. An ending that languages add (`Schmidts`, `Bergin`) may follow.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

BLOCK = "█"
# what cases fold to several letters
_FOLDED = {"ss": "ß", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "ffi": "ﬃ", "ffl": "ﬄ", "st": "ﬆ"}
_MOST = 64  # ways to write a name
_SPACE = r"[\s\x{a0}\x{2009}\x{202f}]"  # RE2's \s is that of ASCII
# what goes on with a word: digits and letters of Latin, Greek and Cyrillic with their marks; other
# scripts know no spaces. As ranges, for classes of Unicode take RE2 twenty times as long to read
_LETTERS = "A-Za-zÀ-ÖØ-öø-\u024f\u0300-\u052f\u1e00-\u1fff"
_INNER = f"0-9{_LETTERS}"
_IS_INNER = re.compile(f"[{_INNER}]")
# a letter before a name may be the end of an escape: of JSON, of an address
_ESCAPE = r"\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}"
_ESCAPED = re.compile(f"(?:{_ESCAPE})$")
_NO_NAME = re.compile(r"[\d@_]")  # is in accounts, which have no endings
_RUN = re.compile(r"\\n|\s{2,}|(.)", re.DOTALL)


@dataclass(frozen=True)
class Spelling:
    """One way to write a name; `length` where it is another than that of what is found."""

    text: str
    length: int | None = None

    @property
    def _words(self) -> list[str]:
        return [re.escape(word) for word in self.text.split()] or [re.escape(self.text)]

    @property
    def body(self) -> str:
        """Expression of Python that finds it, in any case and as part of anything."""
        return r"(?:\s+|\\n)".join(self._words)

    @property
    def _most_letters(self) -> int:
        """How many letters an ending may have: after one short word `s` alone."""
        if self.length is not None or _NO_NAME.search(self.text):
            return 0
        return 2 if len(self._words) > 1 else 1

    def is_whole(self, text: str, start: int, end: int) -> bool:
        """Say whether it stands between two places as words of its own."""
        goes_on = start and is_inner(text[start]) and is_inner(text[start - 1])
        if goes_on and not _ESCAPED.search(text[max(0, start - 6) : start]):
            return False
        if not is_inner(text[end - 1]):
            return True
        after = text[end : end + self._most_letters + 1]
        ending = next((at for at, sign in enumerate(after) if not is_inner(sign)), len(after))
        if self._most_letters == 1 and ending == 1:
            return after[0] in "sS"
        return ending <= self._most_letters

    def blocks(self, found: str) -> str:
        """Return what stands in its place: a block a code point, wide gaps as they are."""
        if self.length is not None:
            return BLOCK * self.length
        return _RUN.sub(lambda one: BLOCK if one[1] else one[0], found)

    @property
    def around(self) -> tuple[str, str]:
        """Expressions of RE2 for what stands before and after it, as words of its own."""
        before = f"(?:^|[^{_INNER}]|{_ESCAPE})" if is_inner(self.text[0]) else ""
        endings = {0: "", 1: "[sS]?", 2: f"[{_LETTERS}]{{0,2}}"}
        after = f"{endings[self._most_letters]}(?:[^{_INNER}]|$)" if is_inner(self.text[-1]) else ""
        return before, after

    @property
    def sql_body(self) -> str:
        """Expression of RE2 that finds it."""
        return f"{_SPACE}+".join(self._words)


def sql_pattern(spellings: Iterable[Spelling]) -> str:
    """Return the expression of RE2 that finds any as words of their own, in any case."""
    bodies: dict[tuple[str, str], list[str]] = {}
    for one in spellings:
        bodies.setdefault(one.around, []).append(one.sql_body)
    parts = (f"{before}(?:{'|'.join(of)}){after}" for (before, after), of in bodies.items())
    return f"(?i){'|'.join(parts)}"


def spellings_of(names: Iterable[str]) -> list[Spelling]:
    """Return the ways to write names, the longest first."""
    found: dict[str, Spelling] = {}
    for name in sorted(set(names), key=lambda one: (-len(one), one)):
        cases = (name, name.casefold(), name.upper())
        forms = [
            form
            for one in cases
            for form in (unicodedata.normalize("NFC", one), unicodedata.normalize("NFD", one))
        ]
        for plain in (name, *forms, *_ways(forms[2])[:_MOST]):
            found.setdefault(plain.lower(), Spelling(plain))
        for one in cases:
            for said in (json.dumps(one)[1:-1], quote(one), quote_plus(one), html.escape(one)):
                found.setdefault(said.lower(), Spelling(said, len(name)))
    return sorted(found.values(), key=lambda one: (-len(one.text), one.text))


def _ways(folded: str) -> list[str]:
    """Return the ways to write what a case was folded to."""
    ways = {len(folded): [""]}
    for at in reversed(range(len(folded))):
        ways[at] = [folded[at] + rest for rest in ways[at + 1]]
        for letters, sign in _FOLDED.items():
            if folded.startswith(letters, at):
                ways[at] += [sign + rest for rest in ways[at + len(letters)]]
        del ways[at][_MOST:]
    return ways[0]


def plainly(text: str) -> str:
    """Return a text in no case, with single spaces."""
    return " ".join(text.casefold().replace("\\n", " ").split())


def is_inner(sign: str) -> bool:
    """Say whether a sign goes on with a word."""
    return bool(_IS_INNER.match(sign))
