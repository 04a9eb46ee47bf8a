"""Passages of an article: its paragraphs, cut where they are long, each with a short name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

LONGEST = 600  # characters of a passage
SHORT = 8  # characters of an article's id that name it in a prompt
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("version", pa.int64()),
        ("passage_no", pa.int64()),
        ("passage_id", pa.string()),
        ("text", pa.string()),
    ]
)
_PARAGRAPHS = re.compile(r"\n\s*\n|\n")
# where a sentence ends: its mark, what closes a quotation, a space; or a full stop without one
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]")


def passages_of(articles: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return the passages of articles, given article_id, version and text of each."""
    rows = [
        {
            "article_id": article["article_id"],
            "version": article["version"],
            "passage_no": number,
            "passage_id": f"{article['article_id'][:SHORT]}:{number}",
            "text": text,
        }
        for article in articles
        for number, text in enumerate(split(article["text"] or ""), start=1)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Return a text's paragraphs; longer ones are cut after a sentence, a word, or anywhere."""
    found = []
    for paragraph in _PARAGRAPHS.split(text):
        rest = " ".join(paragraph.split())
        while len(rest) > longest:
            at = _cut(rest, longest)
            found.append(rest[:at].strip())
            rest = rest[at:].strip()
        if rest:
            found.append(rest)
    return found


def _cut(text: str, longest: int) -> int:
    """Return after how many characters to cut: never more than `longest`, never none."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: longest + 1])]
    fitting = [end for end in ends if len(text[:end].rstrip()) <= longest]
    if fitting:
        return fitting[-1]
    space = text.rfind(" ", 1, longest + 1)
    return space if space > 0 else longest
