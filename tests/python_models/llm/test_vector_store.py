"""Vectors in Iceberg: asked once by content, whatever kills a run, and gone from the journal."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from python_models.llm.features import vector_store
from python_models.llm.features.vector_store import Space, known_vectors, store_vectors
from python_models.llm.prompting.identity import text_hash

SPACE = Space("default", "m-1")
KILLED = """
import duckdb
from tests.python_models.llm.test_vector_store import SPACE, relation
from python_models.llm.features.vector_store import store_vectors
session = duckdb.connect()
store_vectors(session, relation(session, 300), SPACE, "llm_tests")
"""


def relation(
    session: duckdb.DuckDBPyConnection, count: int, step: int = 1
) -> duckdb.DuckDBPyRelation:
    texts = [f"text {number} of a page" for number in range(count)][::step]
    return session.from_arrow(pa.table({"text_hash": [*map(text_hash, texts)], "text": texts}))


def test_texts_are_asked_once_and_their_vectors_leave_the_journal(
    server, journal, monkeypatch
) -> None:
    monkeypatch.setattr(vector_store, "TEXTS_PER_BATCH", 256)
    session = duckdb.connect()
    assert store_vectors(session, relation(session, 300), SPACE, "llm_tests").new == 300
    assert server.counters()["requests"] == 3  # of 128 texts; a batch has 256
    assert journal("select count(*) as n from llm_embeddings") == [{"n": 0}]
    assert store_vectors(session, relation(session, 301), SPACE, "llm_tests").new == 1
    assert server.counters()["requests"] == 4
    found = known_vectors(session, SPACE).to_arrow_table()
    assert found.num_rows == 301
    lengths = np.linalg.norm(np.array(found["vector"].to_pylist()), axis=1)
    assert lengths == pytest.approx(np.ones(301), abs=1e-5)


def test_another_model_or_size_is_another_space(server) -> None:
    session = duckdb.connect()
    for space in (SPACE, Space("default", "m-2"), Space("default", "m-1", 64)):
        store_vectors(session, relation(session, 3), space, "llm_tests")
    assert server.counters()["requests"] == 3
    (row,) = (
        known_vectors(session, Space("default", "m-1", 64)).limit(1).to_arrow_table().to_pylist()
    )
    assert row["dimensions"] == 64 == len(row["vector"])


def test_which_texts_share_a_call_does_not_go_with_the_order_of_rows(server, monkeypatch) -> None:
    monkeypatch.setattr(vector_store, "TEXTS_PER_BATCH", 128)
    session = duckdb.connect()
    shared = []
    for model, step in (("m-1", 1), ("m-2", -1)):
        space = Space("default", model)
        store_vectors(session, relation(session, 300, step), space, "llm_tests")
        calls = known_vectors(session, space).aggregate(
            "list(text_hash order by text_hash)", "call_id"
        )
        shared.append(sorted(calls.fetchall()))
    assert shared[0] == shared[1]
    assert sorted(len(texts) for (texts,) in shared[0]) == [44, 128, 128]


@pytest.mark.parametrize("point", ["vectors-journalled", "vectors-committed"])
def test_a_run_that_is_killed_pays_nothing_twice(server, journal, monkeypatch, point: str) -> None:
    monkeypatch.setenv("FAULT", point)
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, capture_output=True)
    assert done.returncode == 137, done.stderr.decode()
    monkeypatch.delenv("FAULT")
    asked = server.counters()["requests"]
    assert asked == 3
    session = duckdb.connect()
    store_vectors(session, relation(session, 300), SPACE, "llm_tests")
    assert server.counters()["requests"] == asked
    assert known_vectors(session, SPACE).count("*").fetchall() == [(300,)]
    assert journal("select count(*) as n from llm_embeddings") == [{"n": 0}]
