"""Vectors beside words: fused by place, filtered first, and without weight never asked for."""

from __future__ import annotations

import pytest

from python_models.knowledge.search import find, nearest
from python_models.knowledge.search.find import asking, search
from python_models.knowledge.search.hits import Filters
from python_models.knowledge.search.nearest import Embedder
from python_models.llm.features.vector_store import Space
from python_models.llm.offline.embeddings import WORDS_MODEL
from tests.python_models.knowledge.search.corpus import release_of, with_vectors

TEXTS = [
    ("wiki", "billing billing billing and more of it all day long"),
    ("wiki", "billing outage"),
    ("notes", "the outage of the queue"),
]


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Embedder("words", Space("offline", WORDS_MODEL), 0.0, 1.0)
    monkeypatch.setattr(find, "embedders", lambda: {"words": embedder})


def test_the_nearest_chunk_comes_first_and_its_score_is_that_of_its_place(weighed: None) -> None:
    release = release_of(TEXTS)
    with_vectors(release, "words")
    hits = search(asking(release), "billing outage", 3)
    assert hits[0].text == "billing outage" and hits[0].rank == 1
    assert hits[0].score == pytest.approx(1 / 61)
    assert hits[0].words == ("billing", "outage")


def test_filters_come_before_the_nearest_too(weighed: None) -> None:
    release = release_of(TEXTS)
    with_vectors(release, "words")
    assert [
        hit.source for hit in search(asking(release), "billing outage", 1, Filters(source="notes"))
    ] == ["notes"]


def test_vectors_without_a_weight_are_not_looked_at() -> None:
    assert nearest.embedders()["offline_words"].vector_weight == 0
    release = release_of(TEXTS)  # it has no vectors at all
    release.execute("update knowledge.grid_cells set embedder_id = 'offline_words'")
    assert len(search(asking(release), "billing", 3)) == 2


@pytest.mark.parametrize(("high", "by_vectors"), [(-0.01, False), (0.01, True)])
def test_vectors_that_the_questions_found_worse_are_left_out(
    monkeypatch: pytest.MonkeyPatch, high: float, by_vectors: bool
) -> None:
    embedder = Embedder("words", Space("offline", WORDS_MODEL), 0.0, 1.0)
    monkeypatch.setattr(find, "embedders", lambda: {"words": embedder})
    release = release_of(TEXTS)
    with_vectors(release, "words")
    release.execute(
        "insert into knowledge.grid_metrics values"
        " ('default', 'default', 'hybrid_gain_at_10', 40, -0.1, -0.2, ?)",
        [high],
    )
    first = search(asking(release), "billing", 3)[0]
    assert (first.score == pytest.approx(1 / 61)) == by_vectors  # a score of places, or of words
