"""Publishes a domain: its marts become Iceberg snapshots, pinned together by one release.

The release node of each domain calls `publish_marts`. A release has one global number: for every
domain the newest set of snapshots that passed. A new number is given only when a snapshot, a
column or the set of tables changed; a run that changed none of them is shown as the release
that already has this state.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.faults import fault
from python_models.release import release_file
from python_models.release.mart_parts import Mart
from python_models.release.published_table import PublishedTable
from python_models.release.published_tables import publish_tables
from python_models.release.snapshot_files import plain

# dbt runs the release nodes of two domains at once: each has to see what the other published
_TURN = threading.Lock()


def publish_marts(
    session: duckdb.DuckDBPyConnection,
    domain: str,
    marts: list[Mart],
    invocation_id: str,
    run_id: str,
    written: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> tuple[int, list[PublishedTable]]:
    """Publish tables of the build database as they are; returns the release and its tables.

    Whoever calls has made sure that they are fit to be published.

    Args:
        written: {(schema, name): metadata file} of tables that lie in the catalog as they are to
            be released: their snapshots are pinned, not written again. Where rows have tiers they
            are, since a tier's release file names files of its own.
    """
    properties = {
        "sluice.invocation-id": invocation_id,
        "sluice.run-id": run_id,
        "sluice.publication": f"{run_id}-{secrets.token_hex(3)}",
    }
    pinned = {
        mart.name: written[mart.domain, mart.name]
        for mart in marts
        if mart.tier_column is None and (mart.domain, mart.name) in written
    }
    published = publish_tables(session, marts, properties, known_damaged(domain), pinned)
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
