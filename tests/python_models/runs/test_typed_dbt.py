"""What a build typed by hand begins with: all that was asked for, or what does not stand of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from ingestion.lakehouse.dbt_environment import DBT_FOLDER
from python_models.runs import typed_dbt
from python_models.runs.invocation import BEGIN_VARIABLE, RESUME_VARIABLE
from tests.python_models.runs.test_run import finish_a_run

MODEL, GATE, SHARED = "model.s.things", "model.s.gate_news__after_landing", "model.s.own"
TEST, TEST_OF_BOTH, PAGE = "test.s.of_gate", "test.s.of_both", "exposure.s.page"
OTHER = "model.s.readings"


def _node(folder: str, *parents: str, kind: str = "table", **more: Any) -> dict[str, Any]:
    return {
        "fqn": ["s", folder, "x"], "depends_on": {"nodes": list(parents)}, "resource_type": "model",
        "schema": folder, "name": "x", "config": {"materialized": kind},
    } | more  # fmt: skip


def asked(*select: str, which: str = "run", **arguments: Any) -> dict[str, Any]:
    """Return what a build of a small project begins with."""
    tested = {"kind": "test", "resource_type": "test"}
    source = {"fqn": ["s", "news", "r", "r"], "resource_type": "source", "schema": "raw_news"}
    nodes = {
        MODEL: _node("news", "source.s.entries", name="things"),
        GATE: _node("news", name="gate_news__after_landing"),
        OTHER: _node("telemetry", name="readings"),
        SHARED: _node("mine", MODEL, name="own"),
        TEST: _node("python_models", GATE, **tested),
        TEST_OF_BOTH: _node("python_models", GATE, OTHER, **tested),
    }
    exposures = {PAGE: {"fqn": ["s", "news", "page"], "resource_type": "exposure"}}
    folders = {name: node["fqn"][1] for name, node in (nodes | exposures).items()}
    selected = [
        name for name, one in folders.items() if not select or one in (*select, "python_models")
    ]
    return {
        "graph": {"nodes": nodes, "sources": {"source.s.entries": source}, "exposures": exposures},
        "selected": selected,
        "arguments": {"which": which, "select": list(select), "vars": {}} | arguments,
        "target": "local",
    }


@pytest.fixture
def session() -> Iterator[duckdb.DuckDBPyConnection]:
    """A build database with the tables of both products."""
    with duckdb.connect() as session:
        for table in ("news.things", "news.gate_news__after_landing", "telemetry.readings"):
            session.execute(f"create schema if not exists {table.partition('.')[0]}")
            session.execute(f"create table {table} as select 1 as id")
        yield session


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (BEGIN_VARIABLE, RESUME_VARIABLE, typed_dbt.FORCE):
        monkeypatch.delenv(name, raising=False)


def test_a_product_that_stands_is_left_out_whole(
    session: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    given = asked("news")
    assert typed_dbt.leave_out(given, session) is given, "nothing was ever built"
    finish_a_run(select=["news"])
    assert typed_dbt.leave_out(given, session) is None
    assert "Nothing new in news (FORCE=1 dbt run builds them anyway)" in capsys.readouterr().out


def test_of_two_products_the_one_that_stands_is_left_out_with_its_tests_and_pages(
    session: duckdb.DuckDBPyConnection,
) -> None:
    finish_a_run(select=["news"])
    left = typed_dbt.leave_out(asked("news", "telemetry"), session)
    assert left is not None
    assert left["selected"] == [OTHER, TEST_OF_BOTH]
    assert left["arguments"]["select"] == ["telemetry"]


def test_of_everything_nothing_is_left_out_before_everything_was_built_once(
    session: duckdb.DuckDBPyConnection,
) -> None:
    given = asked()
    finish_a_run("i-1", select=["news"])
    assert typed_dbt.leave_out(given, session) is given, "what is of no product was never built"
    finish_a_run("i-2")
    left = typed_dbt.leave_out(given, session)
    assert left is not None, "three products have no table here"
    assert left["selected"] == []
    assert set(left["arguments"]["select"]) == {"conversations", "experiments", "knowledge"}


def test_a_run_leaves_out_what_a_build_made_and_a_build_not_what_a_run_did(
    session: duckdb.DuckDBPyConnection,
) -> None:
    finish_a_run("i-1", select=["news"], which="run")
    assert typed_dbt.leave_out(asked("news"), session) is None
    given = asked("news", which="build")
    assert typed_dbt.leave_out(given, session) is given, "its tests have not run"
    finish_a_run("i-2", select=["news"], which="build")
    assert typed_dbt.leave_out(given, session) is None
    assert typed_dbt.leave_out(asked("news"), session) is None


@pytest.mark.parametrize(
    "given",
    [
        asked("things"),
        asked("news", "things"),
        asked("news", which="seed"),
        asked("news", which="test"),
        asked("news", which="retry"),
        asked("news", exclude=["news.marts"]),
        asked("news", selector="nightly"),
        asked("news", full_refresh=True),
        asked("news", empty=True),
        asked("news", resource_types=["seed"]),
        asked("news", exclude_resource_types=["model"]),
        asked("news", vars={"from_date": "2026-01-01"}),
    ],
)
def test_what_is_asked_for_in_another_way_is_made(
    session: duckdb.DuckDBPyConnection, given: dict[str, Any]
) -> None:
    finish_a_run(select=["news"])
    assert typed_dbt.leave_out(given, session) is given
    without_unit_tests = asked("news", exclude_resource_types=["unit_test"])
    assert typed_dbt.leave_out(without_unit_tests, session) is None


@pytest.mark.parametrize("name", [BEGIN_VARIABLE, RESUME_VARIABLE, typed_dbt.FORCE])
def test_who_knows_what_has_to_be_built_gets_it(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    finish_a_run(select=["news"])
    monkeypatch.setenv(name, "1")
    given = asked("news")
    assert typed_dbt.leave_out(given, session) is given


def test_another_project_is_built(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finish_a_run(select=["news"])
    monkeypatch.setattr(typed_dbt, "get_flags", lambda: SimpleNamespace(PROJECT_DIR=tmp_path))
    given = asked("news")
    assert typed_dbt.leave_out(given, session) is given
    own = SimpleNamespace(PROJECT_DIR=str(DBT_FOLDER))
    monkeypatch.setattr(typed_dbt, "get_flags", lambda: own)
    assert typed_dbt.leave_out(given, session) is None


@pytest.mark.parametrize("name", ["selector", "empty", "sample", "exclude"])
def test_what_was_made_in_part_is_made_again(session: duckdb.DuckDBPyConnection, name: str) -> None:
    finish_a_run(select=["news"], **{name: "3 days"})
    given = asked("news")
    assert typed_dbt.leave_out(given, session) is given


def test_a_product_without_one_of_its_tables_is_made(session: duckdb.DuckDBPyConnection) -> None:
    finish_a_run(select=["news"])
    session.execute("drop table news.things")
    given = asked("news")
    assert typed_dbt.leave_out(given, session) is given


def test_a_product_that_reads_a_file_no_landing_knows_of_is_made(
    session: duckdb.DuckDBPyConnection,
) -> None:
    finish_a_run(select=["news"])
    given = asked("news")
    given["graph"]["sources"]["source.s.entries"]["schema"] = "files"
    assert typed_dbt.leave_out(given, session) is given
