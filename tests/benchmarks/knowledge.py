"""`python -m tests.benchmarks.knowledge`: search, landing, calls, log lines, with floors.

All is SYNTHETIC. A floor does by hand, in the same run, what no product can leave out: one matrix
product; unzip, hash, write the same bytes and parse the JSON; match the declared pattern and take
its fields. Ratios are of CPU seconds, so that a busy machine says the same; both clocks are shown.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest import mock

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from ingestion.lakehouse.settings import reset_settings
from python_models.knowledge.log_files.lines import events, rule_of
from python_models.knowledge.log_files.reading import LogReader
from python_models.knowledge.search import find
from python_models.knowledge.search.find import asking, released_index, search
from python_models.knowledge.search.index import Index
from python_models.knowledge.search.lists import products
from python_models.knowledge.search.nearest import Embedder
from python_models.llm.features.vector_store import Space
from tests.benchmarks import knowledge_corpus as corpus
from tests.benchmarks.knowledge_figures import Figure, Took, taking
from tests.benchmarks.knowledge_stages import call_figures, ontology_figures
from tests.benchmarks.lake_bench import ROOT
from tests.benchmarks.measure import measured
from tests.benchmarks.report import machine

RESULTS = ROOT / "benchmarks" / "results"
MOST_MS, AGREES, RECALL, BUILD_SECONDS, TIMES_THE_FLOOR = 150.0, 0.98, 0.95, 300.0, 3.0


def search_figures(folder: Path, chunks: int, numbers: int, asked: int) -> list[Figure]:
    """Measure searches of so many chunks by words, and by words and vectors."""
    os.environ["SLUICE_LAKE"] = str(folder / "lake")
    reset_settings()
    (folder / "lake").mkdir(parents=True)
    release = duckdb.connect(str(corpus.write_release(folder / "release", chunks, numbers)))
    release.execute("set memory_limit = '1GB'; set threads = 2")
    ask, whole = asking(release), corpus.questions(asked)
    vectors = dict(zip(whole, corpus.question_vectors(asked, numbers), strict=True))
    weighed = {corpus.EMBEDDER: Embedder(corpus.EMBEDDER, Space("offline", "bench"), 1.0, 1.0)}
    asked_of = partial(search, ask)
    with mock.patch.object(find, "embedders", lambda: weighed):
        with taking() as built:
            index = released_index(ask)
        assert index is not None
        matrix = index.array("vectors_0")
        floor = _each(whole, lambda one: matrix @ vectors[one])
        # what an endpoint takes is its own
        with mock.patch.object(find, "question_vector", lambda one, _: vectors[one]):
            _each(whole[:10], asked_of)
            both = _each(whole, asked_of)
        with mock.patch.object(find, "_weighty", lambda *_: None):
            words = _each(whole, asked_of)
            agreed = _agreement(index, ask, whole)
    size = sum(path.stat().st_size for path in index.folder.iterdir()) / 2**30
    return [
        Figure(f"index of {chunks:,} chunks x {numbers}, seconds", built.wall,
               f"< {BUILD_SECONDS:g}", built.wall < BUILD_SECONDS),
        Figure("  CPU seconds", built.cpu),
        Figure("  GiB on disk", size),
        *_of_lists(index, matrix, list(vectors.values())),
        *_clocks("floor: one product", floor),
        *_clocks("search by words", words),
        *_clocks("search by words and vectors", both, MOST_MS),
        Figure("10 best are those of exact BM25", agreed, f">= {AGREES}", agreed >= AGREES),
    ]  # fmt: skip


def _of_lists(index: Index, matrix: np.ndarray, asked: list[np.ndarray]) -> list[Figure]:
    """Return what lists of near vectors find of the ten nearest; nothing where there are none."""
    lists = index.lists(corpus.EMBEDDER, 0)
    if lists is None:
        return []
    shares = [
        len(_ten(matrix @ one) & _ten(products(matrix, one, lists))) / 10 for one in asked
    ]  # fmt: skip
    recall = float(np.mean(shares))
    return [
        Figure("  lists looked at, of all", lists.probes / len(lists.middles)),
        Figure("  of the ten nearest they find", recall, f">= {RECALL}", recall >= RECALL),
    ]


def _ten(scores: np.ndarray) -> set[int]:
    return set(np.argpartition(-scores, 10)[:10].tolist())


def _each(asked: list[str], one: Callable[[str], object]) -> list[Took]:
    found = []
    for question in asked:
        with taking() as took:
            one(question)
        found.append(took)
    return found


def _clocks(what: str, took: list[Took], most: float | None = None) -> list[Figure]:
    wall, cpu = (
        1000 * np.array([getattr(one, clock) for one in took]) for clock in ("wall", "cpu")
    )
    p95 = float(np.percentile(wall, 95))
    return [
        Figure(f"{what}, p95 ms", p95, f"< {most:g}" if most else "-", not most or p95 < most),
        Figure("  median ms", float(np.median(wall))),
        Figure("  CPU ms, p95", float(np.percentile(cpu, 95))),
    ]


def _agreement(index: Index, ask: Callable, asked: list[str]) -> float:
    """Return the share of questions whose ten best are those of BM25 with every word scored."""
    start, end = index.span(corpus.CHUNKER)
    lengths = index.array("lengths")[start:end]
    count, mean, agreed = end - start, float(lengths.mean()), 0
    for question in asked:
        scores = np.zeros(count)
        for term in sorted(set(question.split())):
            places, tf = index.postings(corpus.CHUNKER, term)
            idf = math.log(1 + (count - len(places) + 0.5) / (len(places) + 0.5))
            scores[places] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[places] / mean))
        best = np.lexsort((np.arange(count), -scores))[:10]
        exact = {index.row(int(place))["chunk_id"] for place in best if scores[place] > 0}
        agreed += {hit.chunk_id for hit in search(ask, question, 10)} == exact
    return agreed / len(asked)


def landing_figures(folder: Path, pages: int, messages: int) -> list[Figure]:
    """Measure the landing of exports beside reading, hashing and writing the same bytes."""
    (fixed, _), (took, peak) = (
        _landed(folder / name, *size)
        for name, size in (("one", (1, 1)), ("all", (pages, messages)))
    )
    by_hand = []
    for turn in range(3):  # it is short: one turn may take twice what another does
        with taking() as took_by_hand:
            for path in sorted((folder / "all" / "exports").glob("*.zip")):
                _land_by_hand(path, folder / f"floor {turn}" / path.stem)
        by_hand.append(took_by_hand)
    floor = sorted(by_hand, key=lambda one: one.cpu)[1]
    beyond = (took.cpu - fixed.cpu) / floor.cpu
    return [
        Figure(f"{pages:,} pages and {messages:,} messages landed, seconds", took.wall),
        Figure("  floor: unzip, hash, write, parse (median of three)", floor.wall),
        *_ratio(took, floor),
        Figure("  beyond the landing of one page (CPU)", beyond),
        Figure("  peak memory, MB", peak),
    ]


def _landed(folder: Path, pages: int, messages: int) -> tuple[Took, float]:
    corpus.write_exports(folder / "exports", pages, messages)
    env = os.environ | {"SLUICE_LAKE": str(folder / "lake"),
                        "SLUICE_SOURCES": str(folder / "exports")}  # fmt: skip
    with taking() as took:
        run = measured([sys.executable, "-m", "ingestion", "knowledge"], env, ROOT)
    return took, run.peak_mb


def _land_by_hand(path: Path, target: Path) -> None:
    target.mkdir(parents=True)
    with zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            content = packed.read(member)
            (target / hashlib.sha256(content).hexdigest()).write_bytes(content)
            if member.filename.endswith(".json"):
                json.loads(content)


class _OneFile:
    """A store that has one file."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def get(self, name: str) -> bytes:
        return self.content


def line_figures(count: int) -> list[Figure]:
    """Measure lines read as events beside matching the pattern that is declared."""
    content, pattern = corpus.lines(count), re.compile(corpus.PATTERN)
    declared = {"source": "bench", "zone": "UTC", "load_id": "1",
                "declaration": json.dumps({"lines": {"pattern": corpus.PATTERN}})}  # fmt: skip
    file = {"object_id": "one", "blob_hash": "one", "source": "bench", "tier": "open",
            "title": "app", "uri": "app.log", "locator": "app.log",
            "known_from": datetime(2025, 4, 1), "sync_from": None,
            "updated_at": None}  # fmt: skip
    with taking() as floor:
        fields = [matched.groups() for line in content.decode().splitlines()
                  if (matched := pattern.match(line))]  # fmt: skip
    rule = rule_of({"pattern": corpus.PATTERN}, "UTC")
    with taking() as took:
        read = events(content, rule, datetime(2025, 4, 1))
    with taking() as rows:
        found = sum(1 for _ in LogReader(_OneFile(content), [declared]).rows([file]))
    assert len(fields) == len(read) == found == count
    return [
        Figure(f"{count:,} log lines to events, seconds", took.wall),
        Figure("  floor: match the pattern, take its fields", floor.wall),
        *_ratio(took, floor),
        Figure("  as rows with templates, seconds", rows.wall),
        Figure("  times the floor (CPU), with templates", rows.cpu / floor.cpu),
    ]


def _ratio(took: Took, floor: Took) -> list[Figure]:
    times = took.cpu / floor.cpu
    return [
        Figure("  times the floor (CPU)", times, f"<= {TIMES_THE_FLOOR:g}",
               times <= TIMES_THE_FLOOR),
        Figure("  times the floor (wall)", took.wall / floor.wall),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write; returns 1 when a figure is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=1_000_000, help="to search; 0: none")
    parser.add_argument("--numbers", type=int, default=256, help="of a vector")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--pages", type=int, default=10_000, help="to land; 0: no landing")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--documents", type=int, default=1_000, help="to count calls of; 0: none")
    parser.add_argument("--facts", type=int, default=100_000, help="under a new ontology; 0: none")
    parser.add_argument("--lines", type=int, default=1_000_000, help="of logs; 0: none")
    options = parser.parse_args(arguments)
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        if options.chunks:
            found += search_figures(
                Path(name) / "search", options.chunks, options.numbers, options.questions
            )
        if options.pages:
            found += landing_figures(Path(name) / "landing", options.pages, options.messages)
        os.environ["SLUICE_LAKE"] = f"{name}/calls"
        reset_settings()
        if options.documents:
            found += call_figures(options.documents)
        if options.facts:
            found += ontology_figures(options.facts)
    if options.lines:
        found += line_figures(options.lines)
    table = Table("measure", "here", "to reach", "met", title="Knowledge")
    for one in found:
        table.add_row(one.measure, f"{one.value:,.2f}", one.reach, "yes" if one.is_met else "no")
    Console(width=120).print(table)
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"knowledge-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    document = {"machine": machine(), "figures": [asdict(one) for one in found]}
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return 0 if all(one.is_met for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
