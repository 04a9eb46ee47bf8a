"""A reader as somebody else would write it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def stanzas(path: Path) -> Iterator[dict[str, str]]:
    """Yield a pair for each line `question = answer`."""
    for line in path.read_text().splitlines():
        if line == "raise":
            raise KeyError("no such line")
        question, _, answer = line.partition(" = ")
        yield {"question": question, "answer": answer}
