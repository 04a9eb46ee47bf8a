"""Tables of a product in the synthetic release, with the columns that the marts' contracts name."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import yaml

from ingestion.lakehouse.settings import PROJECT_ROOT

Rows = list[dict[str, Any]]


def write_marts(connection: duckdb.DuckDBPyConnection, product: str, made: dict[str, Rows]) -> None:
    """Make the schema of a product with its marts; those without rows in `made` are empty."""
    connection.execute(f"create schema {product}")
    # every release shows what was refused of each product
    connection.execute(f"create table {product}.rejects as from telemetry.rejects")
    marts = PROJECT_ROOT / "dbt_project" / "models" / product / "marts"
    for path in sorted(marts.glob("*.yml")):
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        name = model.get("config", {}).get("alias") or model["name"]
        columns = {column["name"]: column["data_type"] for column in model["columns"]}
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f"create or replace table {product}.{name} ({listed})")
        records = [
            {column: value for column, value in record.items() if column in columns}
            for record in made.get(name, [])
        ]
        if records:
            connection.register("mart_batch", pa.Table.from_pylist(records))
            connection.execute(f"insert into {product}.{name} by name select * from mart_batch")
            connection.unregister("mart_batch")
