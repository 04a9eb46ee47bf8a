"""A run in layers that stops between two of them, or before the first."""

from __future__ import annotations

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from python_models.runs.spark.build import Run
from python_models.runs.spark.layers import LOCAL, SPARK, Layer
from python_models.runs.spark.listing import Listed
from python_models.runs.spark.servers import Servers

SEED = "seed.sluice.units"
GRAPH = {
    SEED: {
        "unique_id": SEED,
        "name": "units",
        "schema": "weather_seeds",
        "fqn": ["sluice", "weather", "units"],
        "resource_type": "seed",
        "config": {"materialized": "seed"},
    },
    "model.sluice.days": {
        "unique_id": "model.sluice.days",
        "name": "days",
        "schema": "weather",
        "fqn": ["sluice", "weather", "intermediate", "days"],
        "resource_type": "model",
        "language": "sql",
        "config": {"materialized": "table"},
        "depends_on": {"nodes": [SEED]},
    },
}


def run_of(*layers: Layer) -> Run:
    return Run("run-1", True, Listed(GRAPH, [], {}, {}), list(layers), [], {})


def test_a_first_run_that_cannot_hand_over_says_so_and_that_it_did_not_start() -> None:
    with lock.build_lock():
        run = run_of(Layer(SPARK, ("model.sluice.days",)))
        assert run._all(Servers("sc://nobody")) == 1
    [row] = journal.rows("select run_id, status, message from runs")
    assert (row["run_id"], row["status"]) == ("run-1", "not started")
    assert "Spark reads units, of which DuckDB has no table" in row["message"]


def test_a_build_database_that_cannot_be_opened_ends_the_run_in_a_sentence() -> None:
    lake().build_db.write_text("no database")
    journal.put("runs", [{
        "invocation_id": "i-1", "run_id": "run-1", "started_at": journal.now(), "status": "running",
    }])  # fmt: skip
    with lock.build_lock():
        run = run_of(Layer(LOCAL, (SEED,)), Layer(SPARK, ("model.sluice.days",)))
        run.layers = run.layers[1:]  # the first has ended
        assert run._all(Servers("sc://nobody")) == 1
    [row] = journal.rows("select status, message from runs")
    assert row["status"] == "failed"
    assert "not a valid DuckDB database" in row["message"]


def test_a_layer_is_told_of_those_its_own_build_began_and_not_of_the_build_it_goes_on_with() -> (
    None
):
    row = {"run_id": "run-1", "started_at": journal.now(), "status": "success"}
    journal.put("runs", [row | {"invocation_id": "of-the-build-that-stopped"}])
    with lock.build_lock():
        run = run_of(Layer(LOCAL, (SEED,)), Layer(SPARK, ("model.sluice.days",)))
        assert run.begun() == ""
        journal.put("runs", [row | {"invocation_id": "i-1"}, row | {"invocation_id": "i-2"}])
        journal.put("runs", [row | {"invocation_id": "other", "run_id": "run-2"}])
        assert run.begun() == "i-1 i-2"
