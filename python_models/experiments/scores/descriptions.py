"""Words that describe a text, by kind: what judges, the text's parts, and what joins them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from python_models.experiments.scores.closed import IS_CJK, PRAISE, WORD, WORDS, data, set_of
from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES

LONGEST = 10  # letters of a piece of a text without spaces


def _described() -> Iterator[tuple[str, frozenset[str], tuple[str, ...]]]:
    for kind, languages in data("describing").items():
        words = set_of(" ".join(languages.values()))
        begins = tuple(word.rstrip("*") for word in words if word.endswith("*"))
        yield kind, frozenset(word for word in words if not word.endswith("*")), begins


_DESCRIBED = tuple(_described())
TEXTS = set_of(
    "essay text piece work answer response submission story poem paper article aufsatz arbeit "
    "texte essai copie devoir travail texto ensayo trabajo testo saggio lavoro ensaio trabalho "
    "redação 文章 作品 글 글이 글은"
)
_WHOLE = TEXTS | set(f"{LABELS}|{WHOLES}|{WEAK_LABELS}".split("|"))
_CJK = {
    piece: kind
    for kind, words, _ in _DESCRIBED
    for piece in words
    if IS_CJK.match(piece) or not piece.isalpha()
} | dict.fromkeys(set_of(WORDS["follow_cjk"]), "between")


_ADJECTIVE = re.compile(r"[a-z-]{2,}(?:ful|less|ous|able|ible|ical|esque)")


def kind_of(word: str) -> str | None:
    """Return what a word tells of a text: `judging`, `parts` or `between`; null if unknown."""
    if word in PRAISE or _ADJECTIVE.fullmatch(word):
        return "judging"
    kinds = (kind for kind, words, begins in _DESCRIBED if word in words or word.startswith(begins))
    return next(kinds, None)


def told_by(word: str) -> list[tuple[str, str | None]]:
    """Return a word, or the pieces of one without spaces, with what each tells."""
    return _pieces(word) if IS_CJK.match(word) else [(word, kind_of(word))]


def names_a_part(word: str) -> bool:
    """Say whether a word names a part or a quality of a text, which may have a score of its own."""
    return any(
        word in words or word.startswith(begins)
        for kind, words, begins in _DESCRIBED
        if kind == "parts"
    )


def names_a_scored_part(line: str) -> bool:
    """Say whether a line is but the name of a part of a text, as a heading: `Dialogue`."""
    words = WORD.findall(line.rstrip(":"))
    is_name = 0 < len(words) < 3 and not re.search(r"[\d.!?;,|]|:.", line)
    return is_name and all(map(names_but_a_part, words))


def names_but_a_part(word: str) -> bool:
    """Say whether a word names a part of a text, and neither the text itself nor a score."""
    return names_a_part(word) and word not in _WHOLE


def _pieces(word: str) -> list[tuple[str, str | None]]:
    """Return a text of no spaces as the longest known pieces; the last is of no kind if unknown."""
    found: list[tuple[str, str | None]] = []
    while word:
        size = next((n for n in range(min(len(word), LONGEST), 0, -1) if word[:n] in _CJK), 0)
        if not size:
            return [*found, (word, None)]
        found.append((word[:size], _CJK[word[:size]]))
        word = word[size:]
    return found
