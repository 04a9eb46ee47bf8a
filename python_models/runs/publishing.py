"""The last node of each domain's graph: publishes its marts when this run is fit for it."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse import journal
from python_models.release.mart_parts import mart_of
from python_models.release.publish import publish_marts
from python_models.release.published_table import PublishedTable
from python_models.runs.fitness import reason_left_out, reason_to_wait, refuse_failed_gates
from python_models.runs.nodes import Node, domain_of

_RESULT = pa.schema(
    [
        ("release_id", pa.int64()),
        ("domain", pa.string()),
        ("table_name", pa.string()),
        ("snapshot_id", pa.int64()),
        ("row_count", pa.int64()),
        ("is_published", pa.bool_()),
        ("is_unchanged", pa.bool_()),
        ("parts_written", pa.int64()),
        ("reason", pa.string()),
    ]
)


def publish(dbt: Any, session: duckdb.DuckDBPyConnection, domain: str) -> pa.Table:
    """Publish the marts of a domain when everything they rest on ran well in this run.

    Args:
        dbt: the object dbt hands to a Python model.
        session: connection to the build database.
        domain: schema of the marts and namespace of the tables.

    Returns:
        One row for each mart: what was published, or why it was not.

    Raises:
        GateNotPassed: a promise of severity critical failed in this run.
    """
    from dbt_common.invocation import get_invocation_id

    from python_models.runs import build

    running = build.current(get_invocation_id())
    marts = [node for node in running.graph.values() if _is_mart(node, domain)]
    reason = reason_left_out(running.graph, running.run_id, domain, marts)
    reason = reason or reason_to_wait(running.graph, running.run_id, domain)
    if reason:
        running.notes[f"release_{domain}__published"] = reason
        return pa.Table.from_pylist([_held_back(domain, node, reason) for node in marts], _RESULT)
    refuse_failed_gates(running.run_id, domain)
    release_id, published = publish_marts(
        session,
        domain,
        [mart_of(node) for node in marts],
        running.invocation_id,
        running.run_id,
        running.of_spark,
    )
    for table in published:  # a mart that is a view was not counted when it was made
        key = {"invocation_id": running.invocation_id, "node": table.mart.name}
        journal.change("node_runs", key, {"rows_out": table.snapshot.rows})
    return pa.Table.from_pylist([_row(release_id, table) for table in published], _RESULT)


def _is_mart(node: Node, domain: str) -> bool:
    return (
        node["resource_type"] == "model"
        and domain_of(node) == domain
        and "marts" in node["fqn"]
        and node["config"].get("enabled", True)
    )


def _held_back(domain: str, node: Node, reason: str) -> dict[str, Any]:
    return {
        "domain": domain,
        "table_name": node["name"],
        "is_published": False,
        "reason": reason,
    }


def _row(release_id: int, table: PublishedTable) -> dict[str, Any]:
    return {
        "release_id": release_id,
        "domain": table.mart.domain,
        "table_name": table.mart.name,
        "snapshot_id": table.snapshot.snapshot_id,
        "row_count": table.snapshot.rows,
        "is_published": True,
        "is_unchanged": table.is_unchanged,
        "parts_written": table.parts_written,
    }
