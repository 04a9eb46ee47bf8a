"""What an article is about, as a vector of its telling words and names.

Terms of the title count three times, of the first 120 words once, of names three times more;
each is weighed by how rare it is in its language (seed `news_idf`). Vectors are of unit length and
kept as JSON objects {term: weight}.
"""

from __future__ import annotations

import calendar
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

TITLE_COUNTS, NAME_COUNTS, FIRST_WORDS = 3, 3, 120
KEPT_TERMS = 80  # of a vector, those of the most weight
DIGITS = 6
Vector = dict[str, float]
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("vector", pa.string()),
        ("names", pa.string()),
        ("numbers", pa.string()),
    ]
)
_WORD = re.compile(r"[^\W_][\w'’-]*", re.UNICODE)
# Chinese, Japanese: no spaces between words, so that two characters in a row are a term
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w&'’-]*(?:\.(?=\w)[\w&'’-]+)*"  # a full stop within: U.S
_SPACE = r"[^\S\n]+"
_NAME = re.compile(rf"{_CAPITAL}(?:{_SPACE}(?:(?:(?:of|de|von|van){_SPACE})?{_CAPITAL}|\d+\b))*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n]\s*[\"'“”‘’(\[]*\s*)$")
_NUMBER = re.compile(
    r"(?<![\w.,])\d[\d.,]*(?:\s?(?:%|(?:percent|million|billion|trillion|bn|m|k)\b))?"
)

_DAYS = frozenset([*calendar.day_name, *calendar.month_name])  # capitals, but no names


class Idf:
    """How telling a word is, by language."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._of: dict[str, dict[str, float]] = {}
        for row in rows:
            self._of.setdefault(row["language"], {})[row["word"]] = float(row["idf"])
        self._highest = max((max(known.values()) for known in self._of.values()), default=1.0)

    def weight(self, term: str, language: str | None) -> float:
        """Return a term's inverse document frequency; that of a word not known is the highest."""
        return self._of.get(language or "", {}).get(term, self._highest)


def embedded(articles: Iterable[Mapping[str, Any]], idf: Idf) -> pa.Table:
    """Return vector, names and numbers of articles: article_id, title, text, language."""
    rows = []
    for article in articles:
        title, text = article["title"] or "", article["text"] or ""
        vector = vector_of(title, text, article["language"], idf)
        said = f"{title}\n{text}"
        rows.append(
            {
                "article_id": article["article_id"],
                "vector": dumped(vector),
                "names": json.dumps(sorted(set(names_of(said))), ensure_ascii=False),
                "numbers": json.dumps(sorted(set(numbers_of(said))), ensure_ascii=False),
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


def vector_of(title: str, text: str, language: str | None, idf: Idf) -> Vector:
    """Return the unit vector of an article; empty when it has no word."""
    beginning = " ".join(text.split()[:FIRST_WORDS])
    counts: Counter[str] = Counter()
    for term in terms_of(title):
        counts[term] += TITLE_COUNTS
    counts.update(terms_of(beginning))
    for name in names_of(f"{title}\n{beginning}"):
        counts.update(dict.fromkeys(terms_of(name), NAME_COUNTS))
    weighed = {
        # a word that is said again and again says less each time
        term: (1 + math.log(count)) * idf.weight(term, language)
        for term, count in counts.items()
    }
    strongest = sorted(weighed.items(), key=lambda pair: (-pair[1], pair[0]))[:KEPT_TERMS]
    return unit(dict(strongest))


def terms_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without possessives; of Chinese pairs of signs."""
    found = []
    for word in _WORD.findall(text.replace("’", "'").lower()):
        if _UNSPACED.search(word):
            found += [word[at : at + 2] for at in range(max(len(word) - 1, 1))]
        else:
            found.append(word.removesuffix("'s"))
    return found


def names_of(text: str) -> list[str]:
    """Return words in a row that begin with a capital, but for those that begin a sentence."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().rstrip(".'’-&").split()
        starts = _SENTENCE_START.search(text[max(0, match.start() - 8) : match.start()])
        if starts and len(words) == 1 and not _is_acronym(words[0]):
            continue
        name = " ".join(words).removesuffix("'s").removesuffix("’s")
        if len(name) > 1 and name not in _DAYS:
            found.append(name)
    return found


def numbers_of(text: str) -> list[str]:
    """Return the numbers of a text as they stand there, with their unit."""
    return [" ".join(match.group().rstrip(".,").split()) for match in _NUMBER.finditer(text)]


def unit(vector: Vector) -> Vector:
    """Return a vector at length one."""
    length = math.sqrt(math.fsum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}


def cosine(left: Vector, right: Vector) -> float:
    """Return the cosine of two vectors of any length; 0 when one is empty."""
    if len(right) < len(left):
        left, right = right, left
    shared = math.fsum(weight * right[term] for term, weight in left.items() if term in right)
    lengths = [math.fsum(weight * weight for weight in one.values()) for one in (left, right)]
    return shared / math.sqrt(lengths[0] * lengths[1]) if all(lengths) else 0.0


def dumped(vector: Vector) -> str:
    """Return a vector as JSON text, the same for the same vector."""
    rounded = {term: round(weight, DIGITS) for term, weight in sorted(vector.items())}
    return json.dumps(rounded, ensure_ascii=False)


def loaded(text: str | None) -> Vector:
    """Read what `dumped` gave."""
    return json.loads(text) if text else {}


def _is_acronym(word: str) -> bool:
    return sum(sign.isupper() for sign in word) > 1 or any(sign.isdigit() for sign in word)
