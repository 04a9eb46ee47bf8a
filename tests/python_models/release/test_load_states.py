"""What `ops.loads` says became of a delivery."""

from __future__ import annotations

import duckdb

from ingestion.lakehouse.extensions import load_extensions
from python_models.release import ops_tables
from tests.dbt_project.telemetry.raw_lake import append_rows, land


def test_a_load_is_landed_held_or_refused() -> None:
    land("l1", [], source="sound")
    land("l1", [], source="held")
    append_rows(
        "files",
        [{"load_id": "l1", "source": "refused", "source_file": "x", "status": "rejected"}],
    )
    with duckdb.connect() as connection:
        load_extensions(connection)
        connection.execute("create schema telemetry")
        connection.execute(
            "create table telemetry.files as select 'l1' as load_id, 'held' as source, "
            "'held' as status"
        )
        ops_tables.fill(connection, None)
        found = connection.execute("select source, state from ops.loads order by 1").fetchall()
    assert found == [("held", "held"), ("refused", "refused"), ("sound", "landed")]
