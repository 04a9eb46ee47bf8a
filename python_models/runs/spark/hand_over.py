"""Tables from one engine to the other, under the name both know them by.

What Spark wrote is seen by DuckDB as views pinned to the metadata file the catalog names; what a
DuckDB node wrote is put into the catalog as files, as publishing does, and only where its rows
have changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.release.mart_parts import Mart
from python_models.release.published_table import publish_table
from python_models.release.snapshot_files import plain
from python_models.runs.nodes import Node, count_rows, has_rows, relation_of
from python_models.runs.spark.layers import SPARK, engine_of
from python_models.runs.spark.told import told

_PINNED = "iceberg_scan("
# kinds of a relation, as `drop` wants them
_KINDS = {"BASE TABLE": "table", "VIEW": "view"}


class NotHandedOver(RuntimeError):
    """A table one engine reads is not there as the other was to leave it."""


def to_catalog(nodes: Iterable[Node], publication: str, run_id: str) -> list[str]:
    """Put tables that DuckDB made into the catalog; return the names of those that changed.

    Args:
        nodes: what Spark is about to read.
        publication: a name for the folder of new files that no other hand-over has.
        run_id: the run it is done for.

    Raises:
        NotHandedOver: DuckDB has no such table.
    """
    nodes = list(nodes)
    if not nodes:
        return []
    properties = {"sluice.run-id": run_id, "sluice.publication": publication}
    changed = []
    with connect_duckdb(lake().build_db, config=_config()) as session:
        for node in nodes:
            if not has_rows(node) or count_rows(session, relation_of(node)) is None:
                raise NotHandedOver(
                    f"Spark reads {node['name']}, of which DuckDB has no table: build it first"
                    f' (make build ARGS="--select +{node["name"]}")'
                )
            if not publish_table(session, _table(node), properties).is_unchanged:
                changed.append(node["name"])
    return changed


def _config() -> dict[str, Any]:
    known = settings()
    return {"threads": known.sluice_threads, "memory_limit": known.sluice_memory_limit}


def _table(node: Node) -> Mart:
    name = node.get("alias") or node["name"]
    return Mart(
        domain=node["schema"],
        name=name,
        relation=relation_of(node),
        key=(),
        partition_by=None,
        volatile=(),
        comment=node.get("description") or "",
        column_comments={},
    )


def rows_of(node: Node) -> str:
    """Return what DuckDB reads a node's rows from, whichever layer of a build it is asked in.

    Of what Spark made it is the table as the catalog names it now: views are made of those alone
    that a layer on DuckDB reads.
    """
    if told() and engine_of(node) == SPARK:
        name = node.get("alias") or node["name"]
        if metadata := metadata_locations(node["schema"]).get(name):
            return f"{_PINNED}{literal(plain(metadata))})"
    return relation_of(node)


def show_in_duckdb(
    conn: duckdb.DuckDBPyConnection, tables: Sequence[Sequence[str]]
) -> dict[tuple[str, str], str]:
    """Make a view for each table that Spark wrote, pinned to what the catalog names now.

    Args:
        conn: connection to the build database.
        tables: schema and name of each.

    Returns:
        {(schema, name): metadata file}.

    Raises:
        NotHandedOver: the catalog does not name one of them.
    """
    named: dict[str, Mapping[str, str]] = {}
    shown = {}
    for schema, name in tables:
        if schema not in named:
            named[schema] = metadata_locations(schema)
        if (metadata := named[schema].get(name)) is None:
            raise NotHandedOver(f"Spark was to make {schema}.{name}: the catalog has no such table")
        relation = f"{identifier(schema)}.{identifier(name)}"
        conn.execute(f"create schema if not exists {identifier(schema)}")
        _drop_other(conn, schema, name)
        conn.execute(
            f"create or replace view {relation} as"
            f" select * from {_PINNED}{literal(plain(metadata))})"
        )
        shown[(schema, name)] = metadata
    return shown


def _drop_other(conn: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    """Drop what a build without Spark left under a name that is to be a view."""
    found = conn.execute(
        "select table_type from information_schema.tables"
        " where table_catalog = current_database()"
        f" and table_schema = {literal(schema)} and table_name = {literal(name)}"
    ).fetchall()
    if found and _KINDS[found[0][0]] == "table":
        conn.execute(f"drop table {identifier(schema)}.{identifier(name)}")


def forget_in_duckdb(conn: duckdb.DuckDBPyConnection, products: Iterable[str]) -> int:
    """Drop the views of what Spark wrote; return how many there were.

    A build without Spark makes these tables itself: one that stands on a view of the other
    engine's tables would take what that one has done for its own.
    """
    schemas = ", ".join(
        literal(f"{product}{layer}")
        for product in products
        for layer in ("", "_staging", "_intermediate")
    )
    found = conn.execute(
        "select schema_name, view_name from duckdb_views() where not internal"
        f" and schema_name in ({schemas})"
        f" and sql like '%AS SELECT * FROM {_PINNED}%'"
    ).fetchall()
    for schema, name in found:
        conn.execute(f"drop view {identifier(schema)}.{identifier(name)}")
    return len(found)
