"""What `ops.loads` says became of a delivery."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.landing.raw_tables import FILES
from python_models.release import ops_tables
from tests.dbt_project.telemetry.raw_lake import append_rows, land


def test_a_load_is_landed_held_or_refused() -> None:
    land("l1", [], source="sound")
    land("l1", [], source="held")
    append_rows(
        "files",
        [{"load_id": "l1", "source": "refused", "source_file": "x", "status": "rejected"}],
    )
    with iceberg_session() as connection:
        connection.execute("create schema telemetry")
        connection.execute(
            "create table telemetry.files as select 'l1' as load_id, 'held' as source, "
            "'held' as status"
        )
        ops_tables.fill(connection, None)
        found = connection.execute("select source, state from ops.loads order by 1").fetchall()
    assert found == [("held", "held"), ("refused", "refused"), ("sound", "landed")]


def test_a_lake_whose_files_tell_no_times_is_shown_without_them() -> None:
    at = datetime(2026, 1, 1)
    opened = catalog()
    for product, times in (("telemetry", ()), ("conversations", ("first_reading_at",))):
        shape = pa.schema([*FILES, *((name, pa.timestamp("us")) for name in times)])
        opened.create_namespace(f"raw_{product}")
        table = opened.create_table((f"raw_{product}", "files"), shape)
        row = {"load_id": "l1", "source": product, "status": "loaded", "landed_at": at}
        table.append(pa.Table.from_pylist([row], shape))
    with iceberg_session() as connection:
        ops_tables.fill(connection, None)
        query = "select source, newest_record_at, landed_at from ops.freshness order by 1"
        found = connection.execute(query).fetchall()
    assert found == [("conversations", None, at), ("telemetry", None, at)]


def test_freshness_is_of_the_columns_that_the_product_says() -> None:
    at = datetime(2026, 1, 1)
    files = [{"load_id": "l1", "source": "a", "status": "loaded", "last_reading_at": at}]
    append_rows("files", files)
    with iceberg_session() as connection:
        ops_tables.fill(connection, None)
        found = connection.execute("select source, newest_record_at from ops.freshness").fetchall()
    assert found == [("a", at)]
