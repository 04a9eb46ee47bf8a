"""Figures against truth: B-cubed, grouping of logs; and the demo's, built whole (long)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.quality import Score, Truth, b_cubed, compared, grouping_accuracy


def test_b_cubed_weighs_every_place_of_a_name():
    perfect = b_cubed([("a", 1), ("a", 1), ("b", 2)])
    assert (perfect.precision, perfect.recall) == (1, 1)
    merged = b_cubed([("a", 1), ("a", 1), ("a", 2)])
    assert (round(merged.precision, 4), merged.recall) == (0.5556, 1)
    split = b_cubed([("a", 1), ("b", 1)])
    assert (split.precision, split.recall, round(split.f1, 4)) == (1, 0.5, 0.6667)


def test_a_template_that_holds_a_line_too_many_groups_none_of_its_lines():
    assert grouping_accuracy([("t", 1), ("t", 1), ("u", 2)]) == 1
    assert grouping_accuracy([("t", 1), ("t", 1), ("t", 2), ("v", 3)]) == 0.25


def test_edges_are_compared_as_sets():
    assert compared({("a", "r", "b"), ("a", "r", "c")}, {("a", "r", "b")}) == Score(0.5, 1, 2, 1)
    assert compared(set(), set()) == Score(0, 0, 0, 0)


def test_an_edge_is_true_while_it_holds_and_a_document_of_the_day_says_so():
    fact = {"subject": "s", "relation": "r", "object": "o", "value": "", "valid_from": "2025-01-05",
            "valid_to": "2025-02-10"}  # fmt: skip
    said = {"fact": "f", "polarity": "asserted", "source": "pages", "known_at": "2025-02-01"}
    truth = Truth(facts={"f": fact}, said=[said])
    edge = ("s", "r", "o")
    assert truth.edges("2025-02-01", {"pages": True}) == {edge}
    assert truth.edges("2025-02-10", {"pages": True}) == set(), "its page is gone"
    assert truth.edges("2025-02-10", {"pages": False}) == {edge}
    assert truth.edges("2025-02-11", {"pages": False}) == set(), "it is over"
    assert (
        Truth(facts={"f": fact}, said=[said | {"polarity": "planned"}]).edges("2025-02-01", {})
        == set()
    )


@pytest.mark.long
@pytest.mark.parametrize("size", ["small", "large"])
def test_the_demo_reaches_its_figures(size: str, tmp_path: Path):
    """Edges as of three days, entities and log lines of the whole demo, by the offline rules."""
    environment = os.environ | {"SLUICE_LAKE": str(lake().root)}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    run("ingestion.knowledge.demo", "--size", size)
    run("python_models.runs.run", "--domain", "knowledge")
    truth = lake().demo / "knowledge" / "truth"
    figures = json.loads(run("python_models.knowledge.quality", "--truth", str(truth), "--json"))
    by_name = {row["figure"]: row for row in figures}
    edges = [row for name, row in by_name.items() if name.startswith("edges as of")]
    assert len(edges) == 3
    for row in edges:
        assert row["true"] >= 100
        assert float(row["precision"]) >= 0.95, row
        assert float(row["recall"]) >= 0.85, row
    entities = by_name["entities, B-cubed"]
    score = Score(float(entities["precision"]), float(entities["recall"]), 0, 0)
    assert score.f1 >= 0.95, entities
    assert by_name["entities that mix two"]["found"] == 0
    lines = by_name["log lines grouped"]
    assert lines["found"] > 10_000
    assert float(lines["precision"]) >= 0.95
