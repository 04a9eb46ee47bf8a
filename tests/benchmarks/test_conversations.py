"""The benchmark of conversations measures what it says, on a small number of them."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.conversations import judged, near_figures


def test_near_duplicates_reach_recall_and_precision_on_a_small_run(tmp_path: Path) -> None:
    found = {figure.measure.strip(): figure for figure in near_figures(tmp_path, 4_000)}
    assert all(figure.is_met for figure in found.values())
    assert found["texts in a cluster"].value > 300


def test_a_missed_pair_and_a_wrong_cluster_cost_recall_and_precision(tmp_path: Path) -> None:
    import duckdb

    near_figures(tmp_path, 4_000)
    database = tmp_path / "texts.duckdb"
    recall, precision, pairs = judged(database)
    assert recall >= 0.98 and precision == 1.0 and pairs > 100
    with duckdb.connect(str(database)) as session:
        session.execute("update found set cluster_id = 'all' where hash(conversation_id) % 2 = 0")
    recall, precision, _ = judged(database)
    assert recall < 0.9 and precision < 0.9
