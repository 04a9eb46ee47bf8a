from __future__ import annotations

import duckdb

from ingestion.telemetry.schema import TABLES
from python_models.runs.raw_views import create_raw_views


def test_raw_table_that_has_not_landed_is_an_empty_view_of_its_declared_columns() -> None:
    with duckdb.connect() as connection:
        create_raw_views(connection, {})
        for name, shape in TABLES.items():
            found = connection.execute(f"from raw_telemetry.{name}").to_arrow_table()
            assert found.num_rows == 0
            assert found.schema.equals(shape), name
