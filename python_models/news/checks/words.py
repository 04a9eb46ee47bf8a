"""Lists of words, written as running text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text that are apart by white space."""
    return frozenset(text.split())


def ordered(text: str) -> list[str]:
    """Return the same in the order they stand."""
    return text.split()
