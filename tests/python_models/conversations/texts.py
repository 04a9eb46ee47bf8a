"""Generated texts with known near-duplicates, and the brute force they are held against."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from itertools import combinations

Pair = tuple[int, int]


def vocabulary(rng: random.Random, size: int) -> list[str]:
    """Return made-up words."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(size)]


def texts_with_copies(seed: int, count: int, lengths: tuple[int, ...]) -> list[str]:
    """Return texts, about half of which are another one with a few words changed."""
    rng = random.Random(seed)
    words = vocabulary(rng, 3000)
    found: list[str] = []
    while len(found) < count:
        text = rng.choices(words, k=rng.choice(lengths))
        found.append(" ".join(text))
        while rng.random() < 0.5:
            copy = list(text)
            for _ in range(rng.randint(1, max(1, len(copy) // 12))):
                copy[rng.randrange(len(copy))] = rng.choice(words)
            found.append(" ".join(copy))
    return found[:count]


def plain_shingles(text: str) -> set[tuple[str, ...]]:
    """Return the shingles of an ASCII text, the slow and obvious way."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))} if words else set()


def jaccard(one: set, other: set) -> float:
    """Return the Jaccard similarity of two sets."""
    return len(one & other) / len(one | other)


def brute_force(texts: list[str], threshold: float) -> dict[Pair, float]:
    """Return every pair of texts at or above the threshold with its similarity."""
    sets = [plain_shingles(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, members in enumerate(sets):
        for member in members:
            holders[member].append(at)
    meeting = {pair for found in holders.values() for pair in combinations(found, 2)}
    similar = {(a, b): jaccard(sets[a], sets[b]) for a, b in meeting}
    return {pair: value for pair, value in similar.items() if value >= threshold}


def connected(pairs: dict[Pair, float], count: int) -> list[int]:
    """Return for each text the first one it is connected to."""
    first = list(range(count))

    def root(at: int) -> int:
        while first[at] != at:
            at = first[at]
        return at

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        first[high] = low
    return [root(at) for at in range(count)]
