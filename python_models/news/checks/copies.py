"""Runs of words taken over from the evidence, outside quotations and titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 11  # words in a row that may be the same
WORD = re.compile(r"[^\W_]+(?:[.,'’](?=[^\W_])[^\W_]+)*")
_QUOTE = re.compile(r"[\"“„«][^\"“”„«»]*[\"”“»]")


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case; parts of hyphenated ones by themselves."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def copied_runs(text: str, evidence: str, titles: Sequence[str] = ()) -> list[str]:
    """Return the runs of 12 words and more that a text shares with its evidence."""
    theirs, size = words_of(evidence), LONGEST + 1
    known = {tuple(theirs[at : at + size]) for at in range(len(theirs) - LONGEST)}
    allowed = [f" {' '.join(words_of(title))} " for title in titles]
    found: list[str] = []
    for stretch in _QUOTE.split(text):
        ours, run = words_of(stretch), 0
        for at in range(len(ours) - LONGEST + 1):
            if tuple(ours[at : at + size]) in known:
                run += 1
            elif run:
                copied = " ".join(ours[at - run : at + LONGEST])
                found += [copied] if not any(f" {copied} " in title for title in allowed) else []
                run = 0
    return found
