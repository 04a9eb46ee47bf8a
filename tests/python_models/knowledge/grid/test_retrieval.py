"""Measures of retrieval: what is counted are code points of the answer, whatever the chunker."""

from __future__ import annotations

import json
import math

import duckdb
import pytest

from python_models.knowledge.grid.costs import costs
from python_models.knowledge.grid.measures import HYBRID_GAIN, difference, interval, metric_rows
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


def asked_rows(gain: float) -> list[dict[str, object]]:
    names = ("recall_at_5", "recall_at_10", "reciprocal_rank", "precision_at_5", "iou_at_5")
    return [
        {"grid_id": "g", "cell_id": "1", "question_id": str(at), "ndcg_at_10": 0.5,
         "hybrid_recall_at_5": 0.5, "hybrid_ndcg_at_10": 0.5 + gain * (at % 4 + 1)}
        | dict.fromkeys(names, 0.5)
        for at in range(40)
    ]  # fmt: skip


@pytest.mark.parametrize(("gain", "is_worse"), [(-0.1, True), (0.1, False), (0.0, False)])
def test_the_gain_of_vectors_is_paired_by_question(gain: float, is_worse: bool) -> None:
    cell = {"grid_id": "g", "cell_id": "1", "chunker_id": "c", "graph_id": "x"}
    rows = metric_rows([cell], asked_rows(gain), {}).to_pylist()
    (found,) = [row for row in rows if row["metric"] == HYBRID_GAIN]
    assert (found["n"], found["high"] < 0) == (40, is_worse)
    assert found["value"] == pytest.approx(2.5 * gain)


def test_a_cell_counts_what_its_own_chunker_had_read() -> None:
    cell = {"grid_id": "g", "cell_id": "1", "chunker_id": "c", "graph_id": "x",
            "extractor_id": "e", "embedder_id": "m"}  # fmt: skip
    counts = {"extraction_usd": {"c e": 0.25, "other e": 9.0}, "embedding_bytes": {"c m": 8.0}}
    rows = metric_rows([cell], [], counts).to_pylist()
    assert {row["metric"]: row["value"] for row in rows} == {
        "extraction_usd": 0.25, "embedding_bytes": 8.0
    }  # fmt: skip


def test_costs_count_a_text_once_in_each_chunker_that_has_it() -> None:
    session = duckdb.connect()
    chunks = session.sql("select * from (values ('a', 't'), ('a', 't'), ('a', 'u'), ('b', 't'))"
                         " as rows (chunker_id, text_hash)")  # fmt: skip
    extracted = session.sql(
        "select *, 'e' as extractor_id, 10 as prompt_tokens, 1 as completion_tokens,"
        " 0.5 as cost_usd from (values ('t', 'call1', 'ok'), ('u', 'call2', 'failed'))"
        " as rows (text_hash, call_id, status)"
    )
    embedded = session.sql("select 't' as text_hash, 'm' as embedder_id, 256 as dimensions,"
                           " 'ok' as status")  # fmt: skip
    said = session.sql("select 't' as text_hash, 'e' as extractor_id, 'call1' as call_id,"
                       " unnest(['exact', 'unfounded', 'near', 'exact']) as found")  # fmt: skip
    found = costs(session, chunks, extracted, embedded, said, said.limit(0))
    assert found["extraction_call_count"] == {"a e": 2, "b e": 1}
    assert found["extraction_usd"] == {"a e": 1.0, "b e": 0.5}
    assert found["extraction_failed_count"] == {"a e": 1, "b e": 0}
    assert found["extraction_unfounded_share"] == {"a e": 0.25, "b e": 0.25}
    assert found["embedding_bytes"] == {"a m": 1024, "b m": 1024}
