"""Embeddings go through the same door: batched, journalled, never asked twice."""

from __future__ import annotations

import pyarrow as pa

from python_models.llm import embed_step, embed_texts
from python_models.llm.asking.runtime import runtime
from python_models.llm.features.embeddings import TextGroups
from python_models.llm.offline.embeddings import embed


def near(one, other) -> float:
    """Return the cosine of two unit vectors."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_texts_are_batched_and_asked_once_by_content(server, journal) -> None:
    texts = [f"text {number}" for number in range(300)]
    first = embed_texts([*texts, "text 7"], "llm_tests")
    assert len(first) == 301
    assert first[7] == first[300]
    assert server.counters()["requests"] == 3
    assert embed_texts(list(reversed(texts)), "llm_tests")[0] == first[299]
    assert server.counters()["requests"] == 3
    rows = journal("select operation_name, sum(prompt_tokens) as n from llm_calls group by 1")
    assert rows == [{"operation_name": "embeddings", "n": server.counters()["prompt_tokens"]}]


def test_which_texts_share_a_call_does_not_go_with_their_order(server, journal) -> None:
    texts = [f"text {number}" for number in range(300)]
    calls = []
    for ordered in (texts, texts[::-1]):
        groups = TextGroups(ordered, "default", "m-1")
        groups.take_cached(runtime())
        calls.append(list(groups.calls))
    assert len(calls[0]) == 3
    assert calls[0] == calls[1]


def test_a_step_gives_one_vector_per_row_and_says_who_made_it() -> None:
    table = pa.table({"id": [1, 2, 3], "text": ["a pump", None, "a kiln"]})
    result = embed_step(table, "text", ("id",), "llm_tests")
    assert result.column("status").to_pylist() == ["ok"] * 3
    assert set(result.column("provider").to_pylist()) == {"offline-rules"}
    assert {len(vector) for vector in result.column("vector").to_pylist()} == {256}


def test_offline_vectors_of_like_texts_lie_near_each_other() -> None:
    pump, pumps, tax = (embed(text) for text in ("the pump leaks", "pumps leaking", "income tax"))
    assert near(pump, pumps) > near(pump, tax) + 0.1
