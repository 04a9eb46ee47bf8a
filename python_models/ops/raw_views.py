"""Raw Iceberg tables as views of a build, each pinned to one metadata file."""

from __future__ import annotations

import importlib
from typing import Any

from duckdb import DuckDBPyConnection

from ingestion.lake import metadata_locations

# namespaces of raw tables and the module that declares their shape
RAW_NAMESPACES = {"raw_telemetry": "ingestion.telemetry.schema"}

Pins = dict[str, dict[str, str]]


def current_pins() -> Pins:
    """Return {namespace: {table: metadata file}} as the catalog has it now."""
    return {namespace: metadata_locations(namespace) for namespace in RAW_NAMESPACES}


def create_raw_views(conn: DuckDBPyConnection, pins: Pins) -> None:
    """Make one view for each declared raw table; it has no rows when nothing has landed."""
    for namespace, module in RAW_NAMESPACES.items():
        conn.execute(f"create schema if not exists {namespace}")
        pinned = pins.get(namespace, {})
        for table, shape in importlib.import_module(module).TABLES.items():
            body = _pinned(pinned[table]) if table in pinned else _empty(conn, shape)
            conn.execute(f"create or replace view {namespace}.{table} as {body}")


def _pinned(metadata: str) -> str:
    return "select * from iceberg_scan('{}')".format(metadata.replace("'", "''"))


def _empty(conn: DuckDBPyConnection, shape: Any) -> str:
    conn.register("sluice_empty", shape.empty_table())
    columns = conn.execute("describe select * from sluice_empty").fetchall()
    conn.unregister("sluice_empty")
    typed = ", ".join(f"cast(null as {kind}) as {name}" for name, kind, *_ in columns)
    return f"select {typed} where false"
