"""Names that were forgotten, told again by the hashes of their words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")


def name_hash(salt: str, name: str) -> str:
    """Return `<words>~<hash>` of a name, however it is written."""
    words = _WORD.findall(name.casefold())
    return f"{len(words)}~{_hash(salt, words)}"


def hashes_in(text: str, salt: str, lengths: set[int]) -> Iterator[str]:
    """Yield what names of so many words would be in a text."""
    words = _WORD.findall(text.casefold())
    for length in lengths:
        windows = {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
        for window in windows:
            yield f"{length}~{_hash(salt, window)}"


def _hash(salt: str, words: list[str] | tuple[str, ...]) -> str:
    return hashlib.sha256(f"{salt}\n{' '.join(words)}".encode()).hexdigest()
