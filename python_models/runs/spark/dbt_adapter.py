"""What dbt's Spark adapter needs beside: the hooks of a run.

`macros/ops/` reaches Python through `adapter.store_relation`, which dbt-duckdb has. Here the Spark
adapter gets it too, so that a run is written down in one way whatever the engine.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import duckdb
from dbt.adapters.spark.impl import SparkAdapter
from dbt_common.invocation import get_invocation_id

from ingestion.lakehouse import lock
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.spark_server import ADDRESS
from ingestion.lakehouse.sql_text import literal
from python_models.release.snapshot_files import plain
from python_models.runs import build
from python_models.runs.spark.servers import URI_VARIABLE

_RETRIES = 3  # of a statement, within a second or two


def teach() -> None:
    """Give the adapter what the project's macros call."""
    adapter: Any = SparkAdapter
    adapter.store_relation = _store_relation
    adapter._available_ = frozenset({*adapter._available_, "store_relation"})
    if os.environ.get(URI_VARIABLE, "").startswith(f"sc://{ADDRESS}:"):
        _fail_soon()


def _fail_soon() -> None:
    """Let statements fail when the server they go to is gone.

    The client goes on asking for ten minutes, with each statement anew. A cluster may come back
    meanwhile; what this machine's own run started does not.
    """
    from pyspark.sql.connect.client import core

    connect: Any = core
    connect.DefaultPolicy = partial(core.DefaultPolicy, max_retries=_RETRIES)


def _store_relation(
    adapter: Any, plugin: str, relation: Any, columns: Any, path: str, format: str, config: Any
) -> None:
    """Take what a hook hands over: the graph at the start, the results at the end."""
    current = build.current(get_invocation_id())
    if path == "run_started":
        require_agreement(lake().root)
        lock.acquire()
        current.count = CatalogRows()
        current.start(**config)
    elif path == "run_finished":
        current.finish(**config)


class CatalogRows:
    """Counts the rows of tables as the catalog names them now."""

    def __init__(self) -> None:
        self.session = connect_duckdb()

    def __call__(self, relation: str) -> int | None:
        """Return how many rows `"schema"."name"` has; None when it cannot be read."""
        schema, name = (part.strip('"') for part in relation.split('"."'))
        metadata = metadata_locations(schema).get(name)
        if metadata is None:
            return None
        try:
            with self.session.cursor() as cursor:
                query = f"select count(*) from iceberg_scan({literal(plain(metadata))})"
                found = cursor.execute(query).fetchone()
        except duckdb.Error:
            return None
        return found[0] if found else None
