"""Sentences of a judge's text with their numbers, and what stands around each number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.numbers import Quantity, Skeleton, skeleton

CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
NUMBER = "[\ue000-\uf7ff]"
# an end of a sentence; not that of `Dr.`, `e.g.`, `z. B.` or a number's point
_END = pattern("shapes", "end")
APART = re.compile(
    r"[,;:()\[\]|、，；：（）。…!?=→]|\s[-–—>]+\s|[—–]|\.\s|(?<=[\u3040-\u30ff])(?:ので|"
    r"ため)(?=[0-9\ue000-\uf7ff])|(?<=[가-힣])(?:므로|기에|지만|어서|아서) "
)

_GOES_ON = re.compile(rf"{APART.pattern}|\s(?:and|und|but|aber|y|pero|et|mais|ma|mas)\s")


@dataclass(frozen=True)
class Place:
    """A number of a sentence, and the text around it."""

    sentence: Sentence
    at: int

    @property
    def quantity(self) -> Quantity:
        """The number."""
        return self.sentence.bare.at(self.at)

    @property
    def before(self) -> str:
        """What the sentence holds before it."""
        return self.sentence.bare.text[: self.at]

    @property
    def after(self) -> str:
        """What the sentence holds after it."""
        return self.sentence.bare.text[self.at + 1 :]

    @cached_property
    def clause_before(self) -> str:
        """The part of its clause before it."""
        return self.before[self._begin :]

    @cached_property
    def _begin(self) -> int:
        return max((found.end() for found in APART.finditer(self.before)), default=0)

    @cached_property
    def clause_after(self) -> str:
        """The part of its clause after it."""
        found = _GOES_ON.search(self.after)
        return self.after[: found.start()] if found else self.after

    @property
    def clause(self) -> str:
        """The clause, its number as one sign."""
        return f"{self.clause_before}\ue000{self.clause_after}"


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the line it stands on."""

    text: str
    line: int

    @cached_property
    def bare(self) -> Skeleton:
        """The sentence in lower case, each number one sign."""
        return skeleton(self.text)

    @cached_property
    def places(self) -> list[Place]:
        """The numbers that may be scores."""
        kinds = ("fraction", "mixed", "percent", "number", "words", "odd")
        return [Place(self, at) for at, one in self.bare.quantities.items() if one.kind in kinds]


def sentences_of(lines: list[str]) -> list[Sentence]:
    """Return the sentences of all lines."""
    found: list[Sentence] = []
    for number, line in enumerate(lines):
        start = 0
        for end in _END.finditer(line):
            if line[start : end.end()].strip(" .!?"):
                found.append(Sentence(line[start : end.end()].strip(), number))
                start = end.end()
        if line[start:].strip(" .!?"):
            found.append(Sentence(line[start:].strip(), number))
    return found
