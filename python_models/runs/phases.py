"""One phase of a run: which nodes it has, and the rows they made as far as they are still there."""

from __future__ import annotations

from typing import Any

import duckdb

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import identifier
from python_models.release import live
from python_models.release.reader import open_release
from python_models.release.release_file import newest_file


def phase_nodes(run_id: str, phase: str, domain: str | None = None) -> list[dict[str, Any]]:
    """Return the nodes of a phase, named by its ordinal, its name or both.

    Args:
        run_id: the run.
        phase: what names it; an ordinal names a phase of each domain that has one.
        domain: the only domain that is meant.

    Raises:
        NotFound: the run has no such phase; the message lists those it has.
    """
    nodes = [node for node in latest_nodes(run_id) if domain in (None, node["domain"])]
    wanted = phase.strip().lower()
    found = [node for node in nodes if node["phase"] and _is_phase(node["phase"], wanted)]
    if not found:
        known = sorted({node["phase"] for node in nodes if node["phase"]})
        raise live.NotFound(f"Run {run_id} has no phase {phase!r}. It has: {', '.join(known)}.")
    return found


def latest_nodes(run_id: str) -> list[dict[str, Any]]:
    """Return each node of a run as its last invocation left it, in the order they ran."""
    return journal.rows(
        "select * from node_runs where run_id = ? and rowid = (select max(other.rowid)"
        " from node_runs as other where other.run_id = node_runs.run_id"
        " and other.unique_id = node_runs.unique_id) order by rowid",
        (run_id,),
    )


def sample_rows(
    run_id: str, nodes: list[dict[str, Any]], limit: int | None
) -> dict[str, list[dict[str, Any]] | str]:
    """Return {node: its rows}, or the reason why they cannot be shown.

    Released tables are read from the release of the run; anything else lies in the build
    database, which only ever has the rows of the last run of a node.
    """
    found: dict[str, list[dict[str, Any]] | str] = {}
    release = journal.rows(
        "select max(release_id) as release_id from runs where run_id = ?", (run_id,)
    )[0]["release_id"]
    tables = journal.rows(
        "select domain, table_name from release_tables where release_id = ?", (release,)
    )
    released = {table["table_name"]: table["domain"] for table in tables}
    building = []
    for node in nodes:
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        path = newest_file(release) if release and node["node"] in released else None
        if path:
            with open_release(path) as connection:
                relation = f"{identifier(released[node['node']])}.{identifier(node['node'])}"
                found[node["node"]] = _read(connection, relation, limit)
        else:
            building.append(node)
    return found | _from_build(run_id, building, limit)


def _from_build(
    run_id: str, nodes: list[dict[str, Any]], limit: int | None
) -> dict[str, list[dict[str, Any]] | str]:
    if not nodes:
        return {}
    if lock.holder():
        return {node["node"]: "a build is going on, its tables cannot be read" for node in nodes}
    found: dict[str, list[dict[str, Any]] | str] = {}
    with lock.build_lock("reading a phase"), connect_duckdb(lake().build_db) as connection:
        for node in nodes:
            newest = journal.rows(
                "select run_id from node_runs where unique_id = ? order by rowid desc limit 1",
                (node["unique_id"],),
            )
            schema = connection.execute(
                "select table_schema from information_schema.tables where table_name = ?",
                [node["node"]],
            ).fetchone()
            if newest[0]["run_id"] != run_id:
                found[node["node"]] = f"made again since, by run {newest[0]['run_id']}"
            elif schema is None:
                found[node["node"]] = "is not a table of the build database"
            else:
                relation = f"{identifier(schema[0])}.{identifier(node['node'])}"
                found[node["node"]] = _read(connection, relation, limit)
    return found


def _read(
    connection: duckdb.DuckDBPyConnection, relation: str, limit: int | None
) -> list[dict[str, Any]]:
    rest = f" limit {int(limit)}" if limit is not None else ""
    return live.rows(connection, f"select * from {relation}{rest}")


def _is_phase(phase: str, wanted: str) -> bool:
    ordinal, _, name = phase.lower().partition(" ")
    return wanted in (ordinal, name, phase.lower())
