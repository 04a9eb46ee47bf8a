"""The benchmark of knowledge measures what it says, on a small corpus."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.knowledge import line_figures, search_figures
from tests.benchmarks.knowledge_stages import call_figures, ontology_figures


def test_a_small_corpus_is_searched_as_exactly_as_is_asked_and_beside_its_floor(
    tmp_path: Path,
) -> None:
    figures = search_figures(tmp_path, 3_000, 32, 40)
    found = {one.measure: one.value for one in figures}
    # of so few chunks a rare word may have fewer than ten: the others are not looked at
    assert found["10 best are those of exact BM25"] >= 0.9
    assert 0 < found["floor: one product, p95 ms"] < found["search by words and vectors, p95 ms"]
    assert found["index of 3,000 chunks x 32, seconds"] > 0


def test_every_line_becomes_an_event_where_lines_are_measured() -> None:
    assert next(one.value for one in line_figures(2_000) if "times" in one.measure) > 1


def test_calls_are_as_many_as_texts_are_new_where_they_are_counted() -> None:
    figures = {one.measure: one for one in [*call_figures(3), *ontology_figures(200)]}
    assert all(one.is_met for one in figures.values())
    assert figures["3 documents: texts read"].value > figures["  1 % changed: texts read"].value > 0
