"""Publishes a domain: its marts become Iceberg snapshots, pinned together by one release.

The last node of each domain's graph calls `publish`. A release has one global number: for every
domain the newest set of snapshots that passed. A new number is given only when a snapshot, a
column or the set of tables changed; a run that changed none of them is shown as the release
that already has this state.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse import journal
from ingestion.lakehouse.faults import fault
from python_models.release import release_file
from python_models.release.mart_parts import Mart, mart_of
from python_models.release.published_table import PublishedTable, publish_table
from python_models.release.snapshot_files import plain
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

# dbt runs the release nodes of two domains at once: each has to see what the other published
_TURN = threading.Lock()


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
        session, domain, [mart_of(node) for node in marts], running.invocation_id, running.run_id
    )
    for table in published:  # a mart that is a view was not counted when it was made
        key = {"invocation_id": running.invocation_id, "node": table.mart.name}
        journal.change("node_runs", key, {"rows_out": table.snapshot.rows})
    return pa.Table.from_pylist([_row(release_id, table) for table in published], _RESULT)


def publish_marts(
    session: duckdb.DuckDBPyConnection,
    domain: str,
    marts: list[Mart],
    invocation_id: str,
    run_id: str,
) -> tuple[int, list[PublishedTable]]:
    """Publish tables of the build database as they are; returns the release and its tables.

    Whoever calls has made sure that they are fit to be published.
    """
    properties = {
        "sluice.invocation-id": invocation_id,
        "sluice.run-id": run_id,
        "sluice.publication": f"{run_id}-{secrets.token_hex(3)}",
    }
    damaged = known_damaged(domain)
    published = [publish_table(session, mart, properties, damaged) for mart in marts]
    fault("publish.all_committed")
    with _TURN:
        release_id = record(domain, published, invocation_id, run_id)
        fault("publish.recorded")
        journal.change("runs", {"invocation_id": invocation_id}, {"release_id": release_id})
        if not release_file.is_shown(release_id):
            release_file.write(release_id, invocation_id, may_shrink=True)
    return release_id, published


def known_damaged(domain: str) -> set[str]:
    """Return the files of a domain's releases that were found damaged."""
    rows = journal.rows(
        "select unreadable from release_tables where domain = ? and unreadable is not null",
        (domain,),
    )
    return {path for row in rows for path in json.loads(row["unreadable"])}


def record(domain: str, published: list[PublishedTable], invocation_id: str, run_id: str) -> int:
    """Write down the release of these tables together with the other domains' newest ones."""
    newest = journal.rows("select * from releases order by release_id desc limit 1")
    shown = journal.rows(
        "select * from release_tables where release_id = ?", (release_file.current_release_id(),)
    )
    others = [row | {"is_unchanged": 1} for row in shown if row["domain"] != domain]
    rows = [table_row(table, invocation_id) for table in published]
    known = {row["table_name"]: row for row in shown if row["domain"] == domain}
    for row in rows:
        before = known.get(row["table_name"])
        row["is_unchanged"] = int(before is not None and _identity(before) == _identity(row))
    state = json.dumps(state_of([*rows, *others]))
    if newest and newest[0]["state"] == state:
        return newest[0]["release_id"]
    return add_release([*rows, *others], state, invocation_id, run_id, "publish", domain)


def add_release(
    tables: list[dict[str, Any]],
    state: str,
    invocation_id: str | None,
    run_id: str | None,
    kind: str,
    note: str | None,
) -> int:
    """Insert a release and its tables in one transaction; returns its number."""
    with journal.journal() as connection:
        found = connection.execute("select coalesce(max(release_id), 0) + 1 from releases")
        release_id = found.fetchone()[0]
        connection.execute(
            "insert into releases"
            " (release_id, created_at, invocation_id, run_id, kind, note, state)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (release_id, journal.now(), invocation_id, run_id, kind, note, state),
        )
        for table in tables:
            row = table | {"release_id": release_id}
            connection.execute(
                f"insert into release_tables ({', '.join(row)})"
                f" values ({', '.join(':' + name for name in row)})",
                row,
            )
    return release_id


def state_of(tables: list[dict[str, Any]]) -> list[list[Any]]:
    """Return what makes a release: two with the same state show the same rows."""
    return sorted(_identity(table) for table in tables)


def _identity(row: Mapping[str, Any]) -> list[Any]:
    return [row["domain"], row["table_name"], str(row["snapshot_id"]), row["schema_hash"]]


def table_row(table: PublishedTable, invocation_id: str | None) -> dict[str, Any]:
    """Return what a release records of a published table."""
    mart, snapshot = table.mart, table.snapshot
    described = {name: text for name, text in mart.column_comments.items() if name in table.columns}
    return {
        "domain": mart.domain,
        "table_name": mart.name,
        "invocation_id": invocation_id,
        "snapshot_id": snapshot.snapshot_id,
        "metadata_location": snapshot.metadata_location,
        "location": snapshot.location,
        "rows": snapshot.rows,
        "bytes": snapshot.bytes,
        "schema_hash": table.schema_hash,
        "is_unchanged": int(table.is_unchanged),
        "columns": json.dumps(table.columns),
        "files": json.dumps([plain(file.path) for file in snapshot.files]),
        "comments": json.dumps({"": mart.comment} | described),
        "key_columns": json.dumps(mart.key),
        "volatile_columns": json.dumps(mart.volatile),
    }


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
