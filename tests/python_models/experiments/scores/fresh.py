"""Endings written by hand before the reader was changed for them, with what may come of each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Fresh(NamedTuple):
    """A text, its language, the number it gives (none for an error), and whether it has to."""

    language: str
    text: str
    number: float | None
    plain: bool


@cache
def fresh() -> tuple[Fresh, ...]:
    """Return the endings of all lists."""
    return tuple(one for path in sorted(HERE.glob("fresh_*.txt")) for one in _read(path))


def _read(path: Path) -> list[Fresh]:
    found, language = [], ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("== "):
            language = line[3:]
        elif " | " in line and not line.startswith("# "):
            right, text = line.split(" | ", 1)
            number = None if right == "error" else float(right.rstrip("?").replace(",", "."))
            text = text.replace("\\n", "\n").replace("\\|", "|")
            plain = number is not None and not right.endswith("?")
            found.append(Fresh(language, text, number, plain))
    return found
