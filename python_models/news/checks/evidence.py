"""What a text is held against: the passages it was given, and what is known of their articles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(
    r"(?<![A-Z]\.)(?<!Mr\.)(?<!Ms\.)(?<!Dr\.)(?<=[.!?…])[\"”’»)]*\s+(?=[\"“„«(]?\w)"
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a text, in words a writer can act on."""

    check: str  # length | number | name | quote | copied_run | language | passage
    detail: str
    sentence_no: int | None = None  # from 1; null: the text as a whole


@dataclass(frozen=True)
class Article:
    """What may be said of a passage's article beside its text."""

    title: str
    source: str = ""
    host: str = ""
    dated: str = ""  # its date as words and figures: "Monday 2 February 2026 2026-02-02"

    @property
    def context(self) -> str:
        return ". ".join(part for part in (self.title, self.source, self.host, self.dated) if part)


@dataclass(frozen=True)
class Evidence:
    """Passages by their id (`<short article id>:<no>`), and their articles by the short id."""

    passages: Mapping[str, str]
    articles: Mapping[str, Article] = field(default_factory=dict)

    def text_of(self, cited: Iterable[str]) -> str:
        """Return all that the cited passages' articles say: passages in order, then context."""
        shorts = {passage_id.split(":")[0] for passage_id in cited}
        said = [text for name, text in self.passages.items() if name.split(":")[0] in shorts]
        told = [self.articles[short].context for short in sorted(shorts) if short in self.articles]
        return "\n".join([*said, *told])

    @property
    def text(self) -> str:
        """Return all passages and contexts."""
        return self.text_of(self.passages)

    @property
    def titles(self) -> list[str]:
        """Return the titles of the articles."""
        return [article.title for article in self.articles.values() if article.title]


@dataclass(frozen=True)
class Sentence:
    """One sentence of an analysis and the passages it rests on."""

    text: str
    passages: tuple[str, ...]


def folded(text: str) -> str:
    """Return a text in NFC with every run of white space as one space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def joined(sentences: Iterable[Sentence]) -> str:
    """Return the text that sentences make."""
    return folded(" ".join(sentence.text for sentence in sentences))


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; lines end sentences too."""
    lines = (folded(line) for line in text.splitlines())
    return [part for line in lines if line for part in _SENTENCE_END.split(line) if part]
