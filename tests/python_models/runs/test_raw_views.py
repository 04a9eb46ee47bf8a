from __future__ import annotations

import duckdb
import pyarrow as pa

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.telemetry.schema import SOURCES, TABLES
from python_models.runs.raw_views import create_raw_views, current_pins


def test_raw_table_that_has_not_landed_is_an_empty_view_of_its_declared_columns() -> None:
    with duckdb.connect() as connection:
        create_raw_views(connection, {})
        for name, shape in TABLES.items():
            found = connection.execute(f"from raw_telemetry.{name}").to_arrow_table()
            assert found.num_rows == 0
            assert found.schema.equals(shape), name


def test_a_table_of_an_older_layout_has_the_newer_columns_as_null() -> None:
    table = catalog()
    table.create_namespace("raw_telemetry")
    older = pa.schema([field for field in SOURCES if field.name != "supersedes"])
    sources = table.create_table("raw_telemetry.sources", schema=older)
    sources.append(pa.Table.from_pylist([{"source": "plant"}], schema=older))
    with iceberg_session() as connection:
        create_raw_views(connection, current_pins())
        rows = connection.execute("select source, supersedes from raw_telemetry.sources").fetchall()
    assert rows == [("plant", None)]
