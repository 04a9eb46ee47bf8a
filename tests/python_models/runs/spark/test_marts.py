from __future__ import annotations

from typing import Any

import pyarrow as pa

from ingestion.lakehouse.catalog import catalog, metadata_locations
from python_models.runs.spark.marts import prepare


def mart(**columns: str) -> dict[str, Any]:
    return {
        "name": "days",
        "schema": "weather",
        "fqn": ["sluice", "weather", "marts", "days"],
        "resource_type": "model",
        "config": {"materialized": "table", "contract": {"enforced": True}},
        "columns": {name: {"name": name, "data_type": kind} for name, kind in columns.items()},
    }


def made_by_spark(rows: pa.Table) -> Any:
    opened = catalog()
    opened.create_namespace("weather")
    table = opened.create_table("weather.days", rows.schema)
    table.append(rows)
    return table


ROWS = pa.table({"day": ["monday"], "parts": [["a"]], "rain": pa.array([2], pa.int32())})
SAME = {"day": "varchar", "parts": "varchar[]", "rain": "integer"}


def test_a_table_that_is_not_there_yet_is_left_to_spark() -> None:
    assert prepare([mart(**SAME)]) == {}
    assert metadata_locations("weather") == {}


def test_a_table_that_is_as_its_contract_says_is_left_as_it_is() -> None:
    made_by_spark(ROWS)
    before = metadata_locations("weather")
    assert prepare([mart(**SAME)]) == {}
    assert metadata_locations("weather") == before


def test_columns_are_added_dropped_and_ordered_through_the_catalog_without_new_rows() -> None:
    table = made_by_spark(ROWS)
    snapshot = table.current_snapshot().snapshot_id
    wanted = mart(day="varchar", seen_at="timestamp", rain="integer")
    assert prepare([wanted]) == {"weather.days": "columns"}
    after = catalog().load_table("weather.days")
    assert after.schema().column_names == ["day", "seen_at", "rain"]
    assert str(after.schema().find_type("seen_at")) == "timestamp"
    assert after.current_snapshot().snapshot_id == snapshot
    assert prepare([wanted]) == {}


def test_a_changed_type_leaves_the_old_table_to_the_releases_that_read_it() -> None:
    table = made_by_spark(ROWS)
    wanted = mart(**SAME | {"rain": "double"})
    assert prepare([wanted]) == {"weather.days": "days__until_0"}
    assert metadata_locations("weather").keys() == {"days__until_0"}
    kept = catalog().load_table("weather.days__until_0")
    assert kept.location() == table.location()
    assert kept.scan().to_arrow().column("rain").to_pylist() == [2]
    catalog().create_table("weather.days", ROWS.schema, location=f"{table.location()}-2")
    assert prepare([wanted]) == {"weather.days": "days__until_0_2"}
