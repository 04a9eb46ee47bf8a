"""Sentences with known names (CoNLL), documents with known relations (Re-DocRED)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from python_models.knowledge.evaluation.scores import scores
from python_models.knowledge.extraction import Extraction
from python_models.knowledge.resolution.names import name_key

Extract = Callable[[str], Extraction]
Span = tuple[int, int, int]  # number of the text, [start, end)


def names_in(folder: Path) -> Path | None:
    """Return the file with known names that a folder holds: the one for development."""
    files = sorted(folder.glob("*.conll"))
    return next((one for one in files if "dev" in one.name), files[0] if files else None)


def names_evaluated(file: Path, extract: Extract, extractor: str) -> Iterator[dict[str, Any]]:
    """Yield how well names are found: their very spans, and spans that overlap."""
    true: set[Span] = set()
    found: set[Span] = set()
    for number, (text, gold) in enumerate(_sentences(file)):
        true |= {(number, start, end) for start, end in gold}
        said = extract(text).mentions
        found |= {(number, one.start, one.end) for one in said if one.found != "unfounded"}
    yield from scores(file.parent.name, f"names, {extractor}, strict", found, true)
    # one that overlaps a known name counts as that name
    overlapping = {_overlapped(one, true) or one for one in found}
    yield from scores(file.parent.name, f"names, {extractor}, overlap", overlapping, true)


def _overlapped(one: Span, others: set[Span]) -> Span | None:
    number, start, end = one
    return next((other for other in sorted(others)
                 if other[0] == number and other[1] < end and start < other[2]), None)  # fmt: skip


def _sentences(file: Path) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield each sentence, its tokens apart by a space, and the spans of its names."""
    words: list[tuple[str, str]] = []
    for line in [*file.read_text(encoding="utf-8").split("\n"), ""]:
        if line.strip():
            word, _, label = line.rpartition("\t")
            words.append((word, label.strip()))
        elif words:
            yield _sentence(words)
            words = []


def _sentence(words: list[tuple[str, str]]) -> tuple[str, list[tuple[int, int]]]:
    text, spans, before = "", [], "O"
    for word, label in words:
        text += " " if text else ""
        start = len(text)
        text += word
        if label.startswith("B") or (label.startswith("I") and before == "O"):
            spans.append((start, len(text)))
        elif label.startswith("I"):
            spans[-1] = (spans[-1][0], len(text))
        before = label
    return text, spans


def relations_in(folder: Path) -> Path | None:
    """Return the file with known relations that a folder holds."""
    return next(iter(sorted(folder.glob("dev*.json"))), None)


def relations_evaluated(file: Path, extract: Extract, extractor: str) -> Iterator[dict[str, Any]]:
    """Yield how well pairs of things that have a relation are found, whatever it is called."""
    true: set[tuple[int, str, str]] = set()
    found: set[tuple[int, str, str]] = set()
    for number, document in enumerate(json.loads(file.read_text(encoding="utf-8"))):
        text = "\n".join(" ".join(words) for words in document["sents"])
        things = [{_key(one["name"]) for one in names} for names in document["vertexSet"]]
        first = [min(names) for names in things]
        true |= {(number, *sorted((first[one["h"]], first[one["t"]])))
                 for one in document["labels"]}  # fmt: skip
        said = extract(text)
        for one in said.statements:
            if one.object is None or one.found == "unfounded":
                continue
            pair = (_key(said.mentions[one.subject].text), _key(said.mentions[one.object].text))
            one_name, other_name = sorted(
                next((first[at] for at, names in enumerate(things) if key in names), key)
                for key in pair
            )
            found.add((number, one_name, other_name))
    yield from scores(file.parent.name, f"related pairs, {extractor}", found, true)


def _key(name: str) -> str:
    return name_key("", name)
