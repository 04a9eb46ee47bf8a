"""Sentences with known names (CoNLL), documents with known relations (Re-DocRED)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    """Yield how well names are found: their very spans, and spans that overlap; then by type.

    Of a type are the names that the set says are of it, and those that the extractor calls so.
    """
    true: dict[Span, str] = {}
    found: dict[Span, str] = {}
    for number, (text, gold) in enumerate(_sentences(file)):
        true |= {(number, start, end): kind for start, end, kind in gold}
        for one in extract(text).mentions:
            if one.found != "unfounded":
                found[number, one.start, one.end] = one.type.casefold()
    # one that overlaps a known name counts as that name
    places = _by_text(true)
    overlapping = {_overlapped(one, places) or one: kind for one, kind in found.items()}
    for how, said in (("strict", found), ("overlap", overlapping)):
        yield from scores(file.parent.name, f"names, {extractor}, {how}", said.keys(), true.keys())
    for kind in sorted({*true.values(), *found.values()} - {""}):
        for how, said in (("strict", found), ("overlap", overlapping)):
            yield from scores(
                file.parent.name,
                f"names, {extractor}, {how}, {kind}",
                {one for one, called in said.items() if called == kind},
                {one for one, called in true.items() if called == kind},
            )


def _by_text(spans: Iterable[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for one in sorted(spans):
        found.setdefault(one[0], []).append(one)
    return found


def _overlapped(one: Span, others: Mapping[int, list[Span]]) -> Span | None:
    number, start, end = one
    return next((other for other in others.get(number, ())
                 if other[1] < end and start < other[2]), None)  # fmt: skip


def _sentences(file: Path) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """Yield each sentence, its tokens apart by a space, and its names: their spans and types."""
    words: list[tuple[str, str]] = []
    for line in [*file.read_text(encoding="utf-8").split("\n"), ""]:
        if line.strip():
            word, _, label = line.rpartition("\t")
            words.append((word, label.strip()))
        elif words:
            yield _sentence(words)
            words = []


def _sentence(words: list[tuple[str, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    text, spans, before = "", [], "O"
    for word, label in words:
        text += " " if text else ""
        start = len(text)
        text += word
        if label.startswith("B") or (label.startswith("I") and before == "O"):
            spans.append((start, len(text), label[2:].casefold()))
        elif label.startswith("I"):
            spans[-1] = (spans[-1][0], len(text), spans[-1][2])
        before = label
    return text, spans


def relations_in(folder: Path) -> Path | None:
    """Return the file with known relations that a folder holds."""
    return next(iter(sorted(folder.glob("dev*.json"))), None)


def relations_evaluated(file: Path, extract: Extract, extractor: str) -> Iterator[dict[str, Any]]:
    """Yield how well pairs of things that have a relation are found, whatever it is called.

    Then how many of each type of relation: extractors have words of their own for them, so of a
    type there is a recall only.
    """
    true: dict[tuple[int, str, str], set[str]] = {}
    found: set[tuple[int, str, str]] = set()
    for number, document in enumerate(json.loads(file.read_text(encoding="utf-8"))):
        text = "\n".join(" ".join(words) for words in document["sents"])
        things = [{_key(one["name"]) for one in names} for names in document["vertexSet"]]
        first = [min(names) for names in things]
        for one in document["labels"]:
            head, tail = sorted((first[one["h"]], first[one["t"]]))
            true.setdefault((number, head, tail), set()).add(one["r"])
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
    what = f"related pairs, {extractor}"
    yield from scores(file.parent.name, what, found, true.keys())
    for kind in sorted(set().union(*true.values())):
        mine = {pair for pair, kinds in true.items() if kind in kinds}
        for row in scores(file.parent.name, f"{what}, {kind}", found & mine, mine):
            if row["metric"] == "recall":
                yield row


def _key(name: str) -> str:
    return name_key("", name)
