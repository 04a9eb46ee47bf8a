"""Records that are one thing or not: what a resolver says of each pair.

Reads `test.txt` in the form of DITTO: two records and 1 or 0, apart by tabs; a record is
`COL <name> VAL <value>` over and over, its first column the name of the thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_models.knowledge.evaluation.scores import scores
from python_models.knowledge.resolution.anchors import Settings
from python_models.knowledge.resolution.names import likeness, name_key
from python_models.knowledge.resolution.scoring import overlap

_COLUMN = re.compile(r"COL (\S+) VAL (.*?)(?= COL |$)")
Record = dict[str, str]


def is_there(folder: Path) -> bool:
    """Say whether a folder holds such a set."""
    file = folder / "test.txt"
    return file.is_file() and file.read_text(encoding="utf-8")[:4] == "COL "


def evaluated(folder: Path, resolver: str, settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield how well a resolver tells pairs, by names and by what stands beside them."""
    found, true = set(), set()
    for number, one, other, is_same in _pairs(folder):
        if is_same:
            true.add(number)
        if score(one, other, settings) >= settings.threshold:
            found.add(number)
    yield from scores(folder.name, f"pairs, {resolver}", found, true)


def score(one: Record, other: Record, settings: Settings) -> float:
    """Return how sure a resolver is that two records are one thing, 0 to 1.

    A record's first column is its name; the others are what stands around it.
    """
    (first, *rest), (second, *more) = one.values(), other.values()
    alike = likeness(name_key("", first), name_key("", second))
    if not settings.uses_scores:
        return alike if alike == 1 else 0.0
    around = [{("", name_key("", text)) for text in texts if text} for texts in (rest, more)]
    shared = overlap(*around)
    both = settings.name_weight * alike + settings.neighbour_weight * shared
    return max(alike if alike >= settings.threshold else 0.0, both)


def _pairs(folder: Path) -> Iterator[tuple[int, Record, Record, bool]]:
    lines = (folder / "test.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        one, other, label = line.split("\t")
        yield number, _record(one), _record(other), label.strip() == "1"


def _record(text: str) -> Record:
    found = dict(_COLUMN.findall(text.strip()))
    return {name: value.strip(" `'") for name, value in found.items()}
