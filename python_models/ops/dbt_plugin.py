"""dbt-duckdb plugin: gives a build its lock, its extensions and one pinned view for each raw table."""

from __future__ import annotations

import importlib
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from ingestion.lake import lake, load_extensions, metadata_locations

# namespaces of raw tables and the module that declares their shape
RAW_NAMESPACES = {"raw_telemetry": "ingestion.telemetry.schema"}


class Plugin(BasePlugin):
    """See the module docstring; dbt-duckdb finds a plugin by this class name."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        lake()  # dbt-duckdb connects next and needs the folder
        self._pinned: dict[str, dict[str, str]] | None = None

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        load_extensions(conn)
        if self._pinned is None:
            self._pinned = {name: metadata_locations(name) for name in RAW_NAMESPACES}
        for namespace, module in RAW_NAMESPACES.items():
            conn.execute(f"create schema if not exists {namespace}")
            shapes = importlib.import_module(module).TABLES
            for table, shape in shapes.items():
                create_raw_view(conn, namespace, table, self._pinned[namespace].get(table), shape)


def create_raw_view(
    conn: DuckDBPyConnection, namespace: str, table: str, metadata: str | None, shape: Any
) -> None:
    """Make the view of one raw table: its current snapshot, or no rows when nothing has landed."""
    if metadata:
        body = f"select * from iceberg_scan('{metadata}')"
    else:
        empty = shape.empty_table()  # noqa: F841  read by name below
        conn.register("sluice_empty", empty)
        columns = conn.execute("describe select * from sluice_empty").fetchall()
        conn.unregister("sluice_empty")
        typed = ", ".join(f"cast(null as {kind}) as {name}" for name, kind, *_ in columns)
        body = f"select {typed} where false"
    conn.execute(f"create or replace view {namespace}.{table} as {body}")
