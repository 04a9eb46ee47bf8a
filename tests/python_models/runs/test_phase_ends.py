"""What phases of a build in layers say of themselves: it is one build, whatever its layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake, warehouse_uri
from python_models.llm.ledger.journal import reading as reading_answers
from python_models.release import kept_phases
from python_models.runs import phase_ends, phase_facts
from python_models.runs.build import Build
from python_models.runs.nodes import Node
from python_models.runs.spark import told
from tests.python_models.kept_runs import NEWS


def node(name: str, phase: int, language: str = "sql") -> dict[str, Any]:
    return {
        "unique_id": f"model.sluice.{name}",
        "name": name,
        "schema": "news_intermediate",
        "fqn": ["sluice", "news", "intermediate", name],
        "resource_type": "model",
        "language": language,
        "config": {"meta": {"phase": f"{phase} {NEWS.phases[phase - 1]}"}},
    }


GRAPH: dict[str, Node] = {
    one["unique_id"]: one
    for one in (
        node("int_news__run", 1),
        node("phase_news__01_initialization", 1, "python"),
        node("llm_news__rated", 4, "python"),
        node("int_news__tier2", 4),
        node("phase_news__04_tier2_batch", 4, "python"),
        node("phase_news__05_tier3_5d", 5, "python"),
    )
}


@pytest.fixture
def on_spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The second layer of a run runs on Spark, which made the run's own table in the first."""
    monkeypatch.setenv(journal.LAYERS_BEFORE, "layer-1")
    written("layer-1", "int_news__run", "success")
    written("layer-1", "phase_news__01_initialization", "success")
    written("layer-1", "llm_news__rated", "success")
    opened = catalog()
    opened.create_namespace("news_intermediate")
    rows = pa.table({"run_id": ["r1"]})
    place = f"{warehouse_uri()}/news_intermediate/int_news__run"
    opened.create_table(("news_intermediate", "int_news__run"), rows.schema, place).append(rows)
    with connect_duckdb(lake().build_db) as connection:  # as a layer on DuckDB saw an older run
        connection.execute("create schema news_intermediate")
        connection.execute("create view news_intermediate.int_news__run as select 'r0' as run_id")
    left = list(GRAPH)[3:]
    layer = told.Told(2, 3, "spark", {}, left, {}, [])
    monkeypatch.setenv(told.VARIABLE, told.written(layer)[told.VARIABLE])
    told.told.cache_clear()
    yield
    told.told.cache_clear()


def written(invocation_id: str, name: str, status: str) -> None:
    at = "2026-01-01 00:00:00.000000"
    of_node = {"unique_id": f"model.sluice.{name}", "node": name, "resource_type": "model"}
    of_run = {"invocation_id": invocation_id, "run_id": "run", "status": status}
    journal.put("node_runs", [of_node | of_run | {"started_at": at}])


def stored() -> list[dict[str, Any]]:
    with kept_phases.reading() as connection:
        return kept_phases.runs_of(connection, NEWS)


def test_a_phase_knows_what_earlier_layers_spent_on_it_and_is_of_their_attempt(
    on_spark: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading_answers(lake().journal_db) as connection, connection:
        connection.execute(
            "insert into llm_step_runs (step_run_id, invocation_id, node, calls, cost_usd)"
            " values ('s', 'layer-1', 'llm_news__rated', 3, 0.5)"
        )
    before = [{"run_id": "r1", "attempt": 1, "sequence": 1, "invocation_id": "layer-1"}]
    same = phase_facts.facts(Build("layer-2", "run", {}, graph=GRAPH), NEWS, "r1", 4, before)
    monkeypatch.delenv(journal.LAYERS_BEFORE)  # of a build that goes on with the run
    other = phase_facts.facts(Build("resumed", "run", {}, graph=GRAPH), NEWS, "r1", 4, before)
    assert (same["attempt"], same["llm_calls"], same["cost_usd"]) == (1, 3, 0.5)
    assert same["duration_seconds"] > 86_400  # since its first node began
    assert (other["attempt"], other["llm_calls"]) == (2, 0)


def test_a_layer_that_fails_says_so_of_the_phases_it_and_later_ones_were_to_make(
    on_spark: None,
) -> None:
    build = Build("layer-2", "run", {}, graph=GRAPH)
    phase_ends.finish(build)
    assert stored() == []  # nothing has failed so far
    written("layer-2", "int_news__tier2", "error")
    phase_ends.finish(build)
    said = [(row["run_id"], row["phase_number"], row["status"], row["message"]) for row in stored()]
    assert said == [
        ("r1", 4, "failed", "int_news__tier2 did not succeed"),
        ("r1", 5, "skipped", "a phase before did not complete"),
    ]
    assert {row["attempt"] for row in stored()} == {1}
