"""Names, quotations, copied runs, language and caution of a text, checked word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from python_models.news.checks.names import (
    COMMON_ACRONYMS,
    FUNCTION_WORDS,
    NUMBER_WORDS,
    ORDINARY,
    Known,
    squeezed,
)
from python_models.news.checks.words import words

WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_WHOLE = re.compile(r"[A-Z][\w-]+(?: [A-Z][\w-]+)+")
_MARKED = re.compile(r"[“\"„«]([^“”\"„«»]+)[”\"“»]")
_COMMON = {
    "en": words(
    """
    the of and to in a is that for it on as with was by at from are this be which has have its
    an or not were
    """
),
    "de": words(
    """
    der die das und in zu den von mit ist des im dem nicht ein eine auf für als auch es an
    werden aus er hat dass sie nach wird bei
    """
),
    "fr": words(
    """
    le la les de des et en un une du que est pour dans qui sur par au pas avec
    """
),
    "es": words(
    """
    el la los las de y en que un una del por con para es se al lo como más
    """
),
}  # fmt: skip


def _bare(text: str) -> str:
    """Return the letters and digits of a text, apart by single spaces, in lower case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"(?<=\d)[,.](?=\d)", "", plain)  # 146,000 is one word
    return " ".join(re.findall(r"[^\W_]+", plain))


class _There:
    """The evidence as names are looked for in it."""

    def __init__(self, evidence: str) -> None:
        words = _bare(evidence).split()
        self.stems = {_stem(word) for word in words}
        self.glued = "".join(words)
        # what is written in capitals, for whole names: SF
        self.short = set(re.findall(r"\b[A-Z]{2,5}\b", evidence))
        self.initials = "".join(word[0] for word in words if word not in FUNCTION_WORDS)

    def has(self, word: str, known: Known) -> bool:
        """Say whether a word of a name stands there, in itself, under an alias or as initials."""
        if all(_stem(part) in self.stems for part in _bare(word).split()):
            return True
        name = squeezed(word)
        if len(name) > 3 and name in self.glued:
            return True
        others = known.others(name) | known.others(name.removesuffix("s"))  # Italians
        if any(other in self.glued for other in others if len(other) > 2):
            return True
        return word.isupper() and 2 <= len(name) <= 6 and name in self.initials


@lru_cache(maxsize=256)
def _there(evidence: str) -> _There:
    return _There(evidence)


def stray_names(text: str, evidence: str, known: Known) -> list[str]:
    """Return words that are written as names and that the evidence has in no form."""
    there = _there(evidence)
    stray = []
    for sentence in re.split(r"(?<=[.!?:;])\s+", _MARKED.sub(" . ", text)):
        for at, match in enumerate(WORD.finditer(sentence)):
            word = re.sub(r"['’]s?$", "", match[0])
            is_name = any(letter.isupper() for letter in word)
            if is_name and not _is_plain(word, at, known, there) and not there.has(word, known):
                stray.append(word)
        for whole in _WHOLE.findall(sentence):
            if "".join(part[0] for part in whole.split()) in there.short:
                stray = [word for word in stray if word not in whole.split()]
    return list(dict.fromkeys(stray))


def _is_plain(word: str, place: int, known: Known, there: _There) -> bool:
    lower = word.lower()
    if lower in COMMON_ACRONYMS or len(word) == 1:
        return True
    is_first = place == 0 and (word[1:].islower() or "-" in word)
    known_words = (
        lower in FUNCTION_WORDS
        or lower in known.common
        or bool(ORDINARY.search(lower))
        or bool(set(lower.split("-")) & NUMBER_WORDS)
    )
    return is_first and (known_words or _stem(lower) in there.stems)


def _stem(word: str) -> str:
    lower = word.casefold()
    return lower[:-1] if len(lower) > 3 and lower.endswith("s") else lower


def loose_quotes(text: str, evidence: str, titles: Iterable[str]) -> list[str]:
    """Return quotations whose words the evidence does not have in a row, or that nobody says."""
    there, named = f" {_bare(evidence)} ", [_bare(title) for title in titles]
    found = []
    for match in _MARKED.finditer(text):
        parts = [_bare(part) for part in re.split(r"\[?(?:\.\.\.|…)\]?", match[1])]
        if not all(f" {part} " in there for part in parts if part):
            found.append(f"not in the evidence: “{match[1]}”")
        elif len(match[1].split()) >= 4 and not any(parts[0] in title for title in named):
            around = text[max(0, match.start() - 160) : match.start()] + text[match.end() :][:160]
            if not _names_somebody(around, evidence, match[1]):
                found.append(f"nobody beside it is named there: “{match[1]}”")
    return found


def _names_somebody(around: str, evidence: str, quote: str) -> bool:
    """Say whether a name beside a quotation also stands near it in the evidence."""
    bare = _bare(evidence)
    at = bare.find(_bare(re.split(r"\.\.\.|…", quote)[0]))
    near = set(bare[max(0, at - 500) : at + len(quote) + 500].split())
    words = {word for word in WORD.findall(around) if word[0].isupper()}
    return any(
        part in near for word in words if word.lower() not in FUNCTION_WORDS
        for part in _bare(word).split()
    )  # fmt: skip


def taken_over(text: str, evidence: str, titles: Sequence[str], words: int = 12) -> list[str]:
    """Return runs of so many words, outside quotations and titles, that the evidence has too."""
    there, named = f" {_bare(evidence)} ", [f" {_bare(title)} " for title in titles]
    found = []
    for stretch in _MARKED.sub("\0", text).split("\0"):
        ours = _bare(stretch).split()
        for at in range(len(ours) - words + 1):
            run = f" {' '.join(ours[at : at + words])} "
            if run in there and not any(run in title for title in named):
                found.append(run.strip())
    return found[:3]


def is_in_language(text: str, language: str) -> bool:
    """Say whether the commonest words of a language outnumber those of the others in a text."""
    if language not in _COMMON:
        return True
    words = _bare(_MARKED.sub(" ", text)).split()
    counts = {name: sum(word in common for word in words) for name, common in _COMMON.items()}
    return counts[language] == max(counts.values()) and counts[language] > 0


def lost_caution(text: str, evidence: str, hedges: Iterable[str]) -> list[str]:
    """Return the words of caution the cited evidence has when the text has none of any kind."""
    listed = [hedge.lower() for hedge in hedges]
    ours, theirs = f" {_bare(text)} ", f" {_bare(evidence)} "
    if any(f" {_bare(hedge)}" in ours for hedge in listed):
        return []
    return [hedge for hedge in listed if f" {_bare(hedge)} " in theirs]
