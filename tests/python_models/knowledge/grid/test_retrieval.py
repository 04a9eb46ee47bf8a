"""Measures of retrieval: what is counted are code points of the answer, whatever the chunker."""

from __future__ import annotations

import json
import math

import pytest

from python_models.knowledge.grid.measures import difference, interval, metric_rows
from python_models.knowledge.grid.retrieval import gold_of, measured, merged, question_rows

DOCUMENTS = [
    {"source": "wiki", "native_id": "1", "object_id": "a", "text": "Billing is owned by Payments."},
    {"source": "wiki", "native_id": "2", "object_id": "b", "text": "Nothing of it."},
]
QUOTE = {"source": "wiki", "native_id": "1", "quote": "owned by Payments"}


def test_a_quote_becomes_a_span_and_one_that_stands_nowhere_is_counted() -> None:
    known = {(row["source"], row["native_id"]): row for row in DOCUMENTS}
    gold = gold_of(json.dumps([QUOTE, QUOTE | {"native_id": "2"}, QUOTE | {"source": "x"}]), known)
    assert gold.places == (("a", 11, 28),)
    assert gold.missing == 2


def test_a_chunk_that_is_the_answer_has_every_measure_at_one() -> None:
    found = measured([("a", 11, 28)], [("a", 11, 28)])
    assert all(found[name] == 1 for name in found)


def test_measures_of_a_chunk_in_second_place_that_holds_half_of_the_answer() -> None:
    found = measured([("a", 10, 30)], [("b", 0, 40), ("a", 20, 60)])
    assert found["first_rank"] == 2 and found["reciprocal_rank"] == 0.5
    assert found["recall_at_5"] == 0.5
    assert found["precision_at_5"] == pytest.approx(10 / 80)
    assert found["iou_at_5"] == pytest.approx(10 / 90)
    assert found["ndcg_at_10"] == pytest.approx(1 / math.log2(3))


def test_what_was_not_found_has_no_rank() -> None:
    found = measured([("a", 1, 2)], [])
    assert found["first_rank"] is None and found["recall_at_10"] == 0 == found["iou_at_5"]


def test_chunks_that_overlap_count_once() -> None:
    assert merged([("a", 5, 9), ("a", 0, 6), ("b", 0, 1)]) == [("a", 0, 9), ("b", 0, 1)]


def test_cells_answer_the_questions_of_their_own_grid() -> None:
    cells = [{"grid_id": "g", "cell_id": "1", "chunker_id": "c"},
             {"grid_id": "h", "cell_id": "1", "chunker_id": "c"}]  # fmt: skip
    questions = [{"grid_id": "g", "question_id": "q", "question": "Who?", "answer": "Payments",
                  "reference_list": json.dumps([QUOTE])}]  # fmt: skip
    rows = question_rows(cells, questions, DOCUMENTS, {("c", "Who?"): [("a", 0, 29)]}).to_pylist()
    (row,) = rows
    assert (row["grid_id"], row["first_rank"], row["recall_at_5"]) == ("g", 1, 1.0)
    cell = cells[0] | {"graph_id": "x", "extractor_id": "e"}
    metrics = {one["metric"]: one for one in
               metric_rows([cell], rows, {"chunk_count": {"c": 3}}).to_pylist()}  # fmt: skip
    assert metrics["recall_at_5"]["n"] == 1 and metrics["chunk_count"]["value"] == 3


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 30
    value, low, high = interval(values)
    assert low < value == 0.5 < high and interval(values) == (value, low, high)


def test_a_difference_whose_interval_holds_0_is_none() -> None:
    same = {str(at): float(at % 2) for at in range(40)}
    better = {name: value + 0.5 for name, value in same.items()}
    noisy = {name: 1 - value for name, value in same.items()}
    assert difference(same, noisy)["is_none"]
    assert not difference(same, better)["is_none"]
    assert difference(same, {})["n"] == 0
