"""Made-up names and facts of the demo's events; whatever resembles a real one does so by chance."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import yaml

_WORDS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
)
OUTLETS, PREFIXES = _WORDS["outlets"], _WORDS["prefixes"]


@dataclass
class Names:
    """Gives names, none of them twice."""

    dice: random.Random
    _given: set[str] = field(default_factory=set)

    def _new(self, make: list[str]) -> str:
        dice = self.dice
        for _ in range(10_000):
            name = "".join(dice.choice(part.split("|")) for part in make)
            if name not in self._given:
                self._given.add(name)
                return name
        raise RuntimeError("no name is left")

    def company(self) -> str:
        """Return the name of a company."""
        return self._new(
            ["|".join(_WORDS["starts"]), "|".join(_WORDS["middles"]), "|".join(_WORDS["ends"])]
        )

    def product(self) -> str:
        """Return the name of a product."""
        return self._new(["|".join(_WORDS["starts"]), "|".join(_WORDS["ends"])]).capitalize()

    def person(self) -> str:
        """Return the name of a person."""
        return self._new(["|".join(_WORDS["firsts"]), " ", "|".join(_WORDS["lasts"])])

    def place(self) -> str:
        """Return a city."""
        return self.dice.choice(_WORDS["places"])
