"""The benchmark of conversations measures what it says, on a small number of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.conversations import LANGUAGES, LAST, TEXTS, judged, near_figures, taken


def test_a_small_run_reaches_its_figures_and_a_spoiled_one_does_not(tmp_path: Path) -> None:
    found = {figure.measure.strip(): figure for figure in near_figures(tmp_path, 4_000)}
    assert all(figure.is_met for figure in found.values())
    assert found["texts in a cluster"].value > 300
    database = tmp_path / "texts.duckdb"
    recall, precision, pairs = judged(database)
    assert recall >= 0.98 and precision == 1.0 and pairs > 100
    with duckdb.connect(str(database)) as session:
        session.execute("update found set cluster_id = 'all' where hash(conversation_id) % 2 = 0")
    recall, precision, _ = judged(database)
    assert recall < 0.9 and precision < 0.9


@pytest.mark.long
def test_the_road_is_measured_in_parts_that_hold_every_conversation(tmp_path: Path) -> None:
    road = taken(tmp_path, 300)
    counts = road.landing.output.splitlines()[-2].split()
    assert counts == ["bench", "1", "0", "300", "300", "0", "0"]
    assert {LANGUAGES, TEXTS, LAST, "int_conversations__checks_scored"} <= set(road.nodes)
    assert 0 < road.judging < sum(road.nodes.values()) - road.seconds([LANGUAGES, TEXTS])
