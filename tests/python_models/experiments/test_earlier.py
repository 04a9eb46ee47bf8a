"""What the last build worked out is found again, unless there is a reason not to use it."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import pytest

from python_models.experiments import earlier as module
from python_models.experiments.earlier import HASH, earlier, hash_of


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"create table found as select 1 as a, 'x' as {HASH}")
    connection.execute("create table older as select 1 as a")
    return connection


def flags(monkeypatch: pytest.MonkeyPatch, full_refresh: bool) -> None:
    monkeypatch.setattr("dbt.flags.get_flags", lambda: SimpleNamespace(FULL_REFRESH=full_refresh))


def test_the_last_builds_table_is_there(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags(monkeypatch, full_refresh=False)
    assert earlier(session, "found").fetchall() == [(1, "x")]


@pytest.mark.parametrize("table", ["older", "never_built"])
def test_a_table_without_hashes_gives_nothing(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    flags(monkeypatch, full_refresh=False)
    assert earlier(session, table) is None


def test_a_full_refresh_takes_nothing_over(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags(monkeypatch, full_refresh=True)
    assert earlier(session, "found") is None


def test_every_column_and_the_code_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(values: str) -> str:
        query = f"select {hash_of(['a', 'b'])} from (values ({values})) as given (a, b)"
        return duckdb.sql(query).fetchone()[0]

    rows = ["'x', 'y'", "'xy', ''", "'x', null", "null, 'x'", "'', 'x'", "1, 2.5", "1, 2.50001"]
    assert len({hashed(row) for row in rows}) == len(rows)
    before = hashed(rows[0])
    assert hashed(rows[0]) == before
    monkeypatch.setattr(module, "code_hash", lambda: "mended")
    assert hashed(rows[0]) != before


@pytest.mark.parametrize(
    "name", ["drafts_written", "essays_written", "evaluations_judged"], ids=lambda name: name
)
def test_a_model_can_be_estimated_where_nothing_was_built(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in for dbt has all that the models of the three stages ask of it."""
    from importlib.util import module_from_spec, spec_from_file_location

    from ingestion.lakehouse.settings import PROJECT_ROOT
    from python_models.runs.estimate import Refs

    folder = PROJECT_ROOT / "python_models/models/experiments"
    spec = spec_from_file_location(name, folder / f"llm_experiments__{name}.py")
    model = module_from_spec(spec)
    spec.loader.exec_module(model)
    given: dict = {}

    def write_stage(session: object, stage: str, refs: dict, node: str, before: object) -> None:
        given.update(stage=stage, refs=refs, before=before)

    monkeypatch.setattr(model, "write_stage", write_stage)
    connection = duckdb.connect()
    connection.execute("create table built as select 1 as a")

    class Known(dict):
        def __missing__(self, key: str) -> str:
            return "built"

    model.model(Refs(connection, Known()), connection)
    assert given["before"] is None
    assert name.startswith(given["stage"])
    assert {"planned", "templates", "combos"} <= set(given["refs"])
