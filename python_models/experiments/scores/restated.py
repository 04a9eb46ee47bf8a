"""A score told once more in other words behind it: `8/10, that is, five out of ten` tells two."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import Scale, ScoreError
from python_models.experiments.scores.closed import AROUND, pattern
from python_models.experiments.scores.numbers import N, Quantity, Skeleton, W
from python_models.experiments.scores.numerals import NUMERALS
from python_models.experiments.scores.scaling import to_scale
from python_models.experiments.scores.words import UNITS

_THAT_IS = pattern(AROUND["that_is"]).pattern
_AGAIN = re.compile(
    rf"(?:[\s,;(–—-]*(?:{_THAT_IS})[\s,、:：]*|\s*[(,–—-]\s*(?=[^()\ue000-\uf8ff]*{W}))(?:(?:an?|the|eine?|une?|un[ao]?|uma?|il|el|le|os?)\s+(?P<such>[^\W\d_]+\s+)?)?"
    rf"(?P<q>{N}|{W})"
    rf"(?:\s*{UNITS})?(?=\s*(?:$|[.,;:)!。、]|です|입니다|이다))",
    re.I,
)
_NAMES_IT = re.compile(rf"\W*(?:{_THAT_IS})\W*", re.I)
_IN_SIGNS = re.compile(
    rf"[\s,、;(]*(?:{_THAT_IS})[\s,、:：]*(?:十点満点(?:中|で)|십 ?점 ?만점에 ?|满分十分[,，]?)?\s*"
    rf"(?P<sign>{'|'.join(NUMERALS)})\s*[点分점](?:です|である|だ|입니다|이다)?",
    re.I,
)


def restated(bare: Skeleton, place: int, scale: Scale) -> str | None:
    """Return what a line tells its score to be in other words; null where it tells none.

    Args:
        bare: the line.
        place: of its score.
        scale: of the template.
    """
    own = _score(bare.at(place), bare, scale)
    again = _AGAIN.search(bare.text, place + 1)
    if own is None:
        return None
    if again:
        found = bare.at(again.start("q"))
        other = _score(found, bare, scale)
        return found.text if other is None or abs(other - own) > 1e-9 else None
    signs = _IN_SIGNS.search(bare.text, place + 1)
    if signs and abs(NUMERALS[signs["sign"]] - bare.at(place).value) > 1e-9:
        return signs.group()
    return None


def names_it_again(name: str) -> bool:
    """Say whether the name of a number only says that a score is told once more."""
    return _NAMES_IT.fullmatch(name) is not None


def without_repetition(rest: str) -> str:
    """Return what stands behind a score without the score told once more."""
    return _IN_SIGNS.sub("", _AGAIN.sub(lambda found: found.group() if found["such"] else "", rest))


def _score(quantity: Quantity, bare: Skeleton, scale: Scale) -> float | None:
    score = None if quantity.kind == "odd" else to_scale(quantity, scale, bare.scales())
    return None if isinstance(score, ScoreError) else score
