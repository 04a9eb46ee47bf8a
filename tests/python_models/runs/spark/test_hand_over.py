from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.exceptions import NoSuchTableError

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake, warehouse_uri
from ingestion.landing.products import PRODUCTS
from python_models.release.phase_tables import ROW, RUN, commit_phase
from python_models.runs.raw_views import current_pins
from python_models.runs.spark.hand_over import (
    NotHandedOver,
    forget_in_duckdb,
    show_in_duckdb,
    to_catalog,
)
from python_models.runs.spark.pins import pinned

SCHEMA = "telemetry_intermediate"
NODE = {
    "unique_id": "model.sluice.py_scores",
    "name": "py_scores",
    "schema": SCHEMA,
    "resource_type": "model",
    "config": {"materialized": "table"},
    "description": "One row per score.",
}


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database; what is handed over opens it itself, after this was closed."""
    with connect_duckdb(lake().build_db) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        yield connection


def make(rows: str) -> None:
    with duckdb.connect(str(lake().build_db)) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.execute(f"create or replace table {SCHEMA}.py_scores as {rows}")


def in_catalog() -> list[dict[str, Any]]:
    table = catalog().load_table((SCHEMA, "py_scores")).scan().to_arrow()
    return sorted(table.to_pylist(), key=lambda row: row["score_id"])


def written(name: str, rows: pa.Table, location: str | None = None) -> str:
    """Let an engine write a table of the catalog anew; returns its metadata file."""
    opened = catalog()
    opened.create_namespace_if_not_exists(SCHEMA)
    try:
        table = opened.load_table((SCHEMA, name))
    except NoSuchTableError:
        table = opened.create_table((SCHEMA, name), rows.schema, location=location)
    table.overwrite(rows)
    return table.metadata_location


def test_what_duckdb_made_is_in_the_catalog_under_its_own_name_and_types() -> None:
    make(
        "select 1::hugeint as score_id, 'it''s' as label, [1, 2] as parts,"
        " {'a': 0.5, 'b': null::varchar} as more, timestamp '2026-01-01 10:00:00.000001' as seen_at"
        " union all select 2, null, [], null, null"
    )
    assert to_catalog([NODE], "run-1", "run") == ["py_scores"]
    first, second = in_catalog()
    assert (first["label"], first["parts"]) == ("it's", [1, 2])
    assert first["more"] == {"a": 0.5, "b": None}
    assert str(first["seen_at"]) == "2026-01-01 10:00:00.000001"
    assert (second["label"], second["parts"], second["more"]) == (None, [], None)


def test_only_a_table_whose_rows_have_changed_is_handed_over_again() -> None:
    make("select 1 as score_id, 0.5 as score")
    to_catalog([NODE], "run-1", "run")
    before = metadata_locations(SCHEMA)
    make("select 1 as score_id, 0.5 as score")
    assert to_catalog([NODE], "run-2", "run") == []
    assert metadata_locations(SCHEMA) == before
    make("select 1 as score_id, 0.5 as score, 'new' as label union all select 2, 0.7, null")
    assert to_catalog([NODE], "run-3", "run") == ["py_scores"]
    assert [row["label"] for row in in_catalog()] == ["new", None]
    make("select 1 as score_id where false")
    assert to_catalog([NODE], "run-4", "run") == ["py_scores"]
    assert in_catalog() == []


def test_a_table_duckdb_does_not_have_is_named() -> None:
    make("select 1 as other")
    with pytest.raises(NotHandedOver, match="py_missing.*DuckDB has no table"):
        to_catalog([NODE | {"name": "py_missing"}], "run-1", "run")


def test_what_spark_wrote_is_a_view_pinned_to_what_the_catalog_named_then(
    build: duckdb.DuckDBPyConnection,
) -> None:
    build.execute(f"create table {SCHEMA}.days as select 'of a build without Spark' as day")
    first = written("days", pa.table({"day": ["monday"]}))
    assert show_in_duckdb(build, [(SCHEMA, "days")]) == {(SCHEMA, "days"): first}
    second = written("days", pa.table({"day": ["tuesday"]}))
    assert build.execute(f"from {SCHEMA}.days").fetchall() == [("monday",)]
    assert show_in_duckdb(build, [(SCHEMA, "days")]) == {(SCHEMA, "days"): second}
    assert build.execute(f"from {SCHEMA}.days").fetchall() == [("tuesday",)]
    with pytest.raises(NotHandedOver, match="weeks"):
        show_in_duckdb(build, [(SCHEMA, "weeks")])


def test_a_build_without_spark_finds_none_of_its_views_and_keeps_its_own(
    build: duckdb.DuckDBPyConnection,
) -> None:
    written("days", pa.table({"day": ["monday"]}))
    show_in_duckdb(build, [(SCHEMA, "days")])
    build.execute(f"create view {SCHEMA}.own as select 1 as one")
    build.execute(f"create table {SCHEMA}.kept as select 1 as one")
    assert forget_in_duckdb(build, ["telemetry"]) == 1
    left = build.execute("select table_name from information_schema.tables order by 1").fetchall()
    assert left == [("kept",), ("own",)]


def test_raw_tables_are_named_as_the_run_pinned_them_whatever_lands_meanwhile() -> None:
    product = PRODUCTS["telemetry"]
    shape = product.tables["files"]
    opened = catalog()
    opened.create_namespace(product.namespace)
    older = pa.schema([field for field in shape if field.name != "landed_at"])
    table = opened.create_table(
        (product.namespace, "files"), older, location=f"{warehouse_uri()}/raw_telemetry/files"
    )
    row = dict.fromkeys(older.names) | {"load_id": "1"}
    table.append(pa.Table.from_pylist([row], older))
    pins = current_pins()
    landed = table.metadata_location
    table.append(pa.Table.from_pylist([row | {"load_id": "2"}], older))
    with pinned(pins, ["telemetry"]):
        files = opened.load_table(("pinned_raw_telemetry", "files")).scan().to_arrow()
        assert files.column("load_id").to_pylist() == ["1"]
        assert files.column("landed_at").to_pylist() == [None]
        changed = opened.load_table(("pinned_raw_telemetry", "files")).metadata_location
        assert "/pinned_raw_telemetry/files/metadata/" in changed
        nothing = opened.load_table(("pinned_raw_telemetry", "readings"))
        assert nothing.scan().to_arrow().num_rows == 0
        assert set(nothing.schema().column_names) == set(product.tables["readings"].names)
    assert metadata_locations("pinned_raw_telemetry") == {}
    assert opened.load_table((product.namespace, "files")).scan().to_arrow().num_rows == 2
    assert Path(landed.removeprefix("file://")).exists()


def test_what_a_killed_run_left_pinned_is_not_taken_for_this_runs() -> None:
    opened = catalog()
    opened.create_namespace("pinned_raw_telemetry")
    opened.create_table(("pinned_raw_telemetry", "files"), pa.schema([("other", pa.string())]))
    with pinned({}, ["telemetry"]):
        found = opened.load_table(("pinned_raw_telemetry", "files")).schema().column_names
    assert "load_id" in found


def test_phases_are_what_earlier_runs_left_when_the_run_began() -> None:
    product = next(one for one in PRODUCTS.values() if one.phases)
    first, later = product.phases[:2]
    pinned_phases = f"pinned_{product.phase_namespace}"
    commit_phase(product.phase_namespace, _rows("run-1"), _known("run-1", first, 1))
    with pinned({}, [product.name]):
        commit_phase(product.phase_namespace, _rows("run-2"), _known("run-2", first, 2))
        rows = catalog().load_table((pinned_phases, first)).scan().to_arrow().to_pylist()
        assert [row["run_id"] for row in rows] == ["run-1"]
        assert catalog().load_table((pinned_phases, later)).scan().to_arrow().num_rows == 0
        newest = catalog().load_table((pinned_phases, "newest_attempts")).scan().to_arrow()
        assert [(row["run_id"], row["attempt"]) for row in newest.to_pylist()] == [("run-1", 1)]
    assert metadata_locations(pinned_phases) == {}


def _rows(run_id: str) -> pa.Table:
    row = {"run_id": run_id, "attempt": 1, "relation": "one", "row_no": 1, "row": "{}"}
    return pa.Table.from_pylist([row], ROW)


def _known(run_id: str, phase: str, sequence: int) -> dict[str, Any]:
    return dict.fromkeys(RUN.names) | {
        "run_id": run_id,
        "attempt": 1,
        "phase_name": phase,
        "phase_number": 1,
        "sequence": sequence,
        "status": "completed",
    }
