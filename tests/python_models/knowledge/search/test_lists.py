"""Lists of near vectors: how much of what a whole product finds they find, and where they don't."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from python_models.knowledge.search.lists import RECALL, made_of, products


def written(folder: Path, matrix: np.ndarray) -> Path:
    path = folder / "vectors_0.npy"
    np.save(path, matrix)
    return path


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def topics() -> np.ndarray:
    """Rows round 60 topics, as texts lie: 6,000 of 64 numbers."""
    dice = np.random.default_rng(3)
    middles = dice.normal(size=(60, 64))
    return unit(middles[dice.integers(0, 60, 6000)] + 0.6 * dice.normal(size=(6000, 64)))


def test_questions_find_what_a_whole_product_finds(topics: np.ndarray, tmp_path: Path) -> None:
    path = written(tmp_path, topics)
    found = made_of(path, limit=1000)
    assert found is not None
    lists, now = found
    matrix = np.load(path)
    assert np.array_equal(matrix[now], topics)  # every row is there, where it is said to be
    assert lists.starts[0] == 0 and lists.starts[-1] == len(topics)
    assert lists.recall >= RECALL and lists.probes <= len(lists.middles) // 4
    dice = np.random.default_rng(4)
    questions = unit(topics[dice.choice(6000, 200)] + 0.125 * dice.normal(size=(200, 64)))
    shares = []
    for question in questions:
        scores = products(matrix, question, lists)
        near = set(np.argsort(-scores)[:10])
        shares.append(len(near & set(np.argsort(-(matrix @ question))[:10])) / 10)
        looked_at = scores > -np.inf
        assert np.allclose(scores[looked_at], (matrix @ question)[looked_at], atol=1e-5)
    assert np.mean(shares) >= 0.95


def test_a_small_matrix_is_multiplied_whole(topics: np.ndarray, tmp_path: Path) -> None:
    assert made_of(written(tmp_path, topics)) is None


def test_rows_that_have_no_neighbourhood_are_multiplied_whole(tmp_path: Path) -> None:
    rows = unit(np.random.default_rng(5).normal(size=(3000, 256)))
    path = written(tmp_path, rows)
    assert made_of(path, limit=1000) is None
    assert np.array_equal(np.load(path), rows)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
