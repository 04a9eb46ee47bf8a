"""How much an article speaks of a report's subjects, and what its title promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from python_models.news.readers import reader_signal
from python_models.news.tables import listed

FIRST_CHARACTERS = 1_500
TITLE_COUNTS = 2
TITLE_LENGTHS = (20, 140)  # characters between which a title says enough, and not all
Row = Mapping[str, Any]
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("category", pa.string()),
        ("topic_words", pa.string()),
        ("title_faults", pa.string()),
        ("topic_hits", pa.int64()),
        ("title_signal", pa.float64()),
        ("reader_signal", pa.float64()),
    ]
)


class Subjects:
    """The words of a report's categories, ready to be looked for."""

    def __init__(self, categories: Iterable[Row]) -> None:
        ordered = sorted(categories, key=lambda row: row["place"])
        self.words = {row["category"]: _patterns(listed(row["words"])) for row in ordered}

    def best(self, title: str, text: str) -> tuple[str | None, int, list[str]]:
        """Return the category an article speaks of most: its name, hits, and the words found.

        A word counts once however often it is said, twice when it stands in the title.
        """
        best: tuple[str | None, int, list[str]] = (None, 0, [])
        for category, patterns in self.words.items():
            in_title = {word for word, pattern in patterns.items() if pattern.search(title)}
            found = in_title | {w for w, pattern in patterns.items() if pattern.search(text)}
            hits = len(found) + (TITLE_COUNTS - 1) * len(in_title)
            if hits > best[1]:
                best = (category, hits, sorted(found))
        return best


def measured(
    articles: Iterable[Row],
    categories: Iterable[Row],
    title_patterns: Iterable[Row],
    weights: Mapping[str, float],
) -> pa.Table:
    """Return subject, title's quality and readers' liking of articles.

    Args:
        articles: article_id, lead_source, title, title_is_made, text, names (JSON list).
        weights: {weight_key: weight} as `readers.weights_of` gave them.
    """
    subjects = Subjects(categories)
    faults = [(row["kind"], re.compile(row["pattern"])) for row in title_patterns]
    rows = []
    for article in articles:
        title = (article["title"] or "").strip()
        category, hits, words = subjects.best(title, (article["text"] or "")[:FIRST_CHARACTERS])
        found = title_faults(title, bool(article["title_is_made"]), faults)
        rows.append(
            {
                "article_id": article["article_id"],
                "category": category,
                "topic_words": json.dumps(words, ensure_ascii=False),
                "title_faults": json.dumps(found),
                "topic_hits": hits,
                "title_signal": max(0.0, 1.0 - 0.5 * len(found)),
                "reader_signal": reader_signal(
                    weights, article["lead_source"], category, listed(article["names"])
                ),
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


def title_faults(
    title: str, is_made: bool, patterns: Sequence[tuple[str, re.Pattern[str]]]
) -> list[str]:
    """Return what is wrong with a title, each kind once."""
    lower = title.lower()
    found = {kind for kind, pattern in patterns if pattern.search(lower)}
    if is_made:
        found.add("made")
    if not TITLE_LENGTHS[0] <= len(title) <= TITLE_LENGTHS[1]:
        found.add("length")
    letters = [sign for sign in title if sign.isalpha()]
    if len(letters) > 10 and sum(sign.isupper() for sign in letters) > 0.7 * len(letters):
        found.add("capitals")
    return sorted(found)


def _patterns(words: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Return what finds each word, as a whole word and in the plural."""
    return {
        word: re.compile(rf"(?<!\w){re.escape(word)}(?:s|es|'s|’s)?(?!\w)", re.IGNORECASE)
        for word in words
        if word.strip()
    }
