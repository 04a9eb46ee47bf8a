"""Rows for the journal as a release file has them: runs, gates, releases and their tables."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.sql_text import identifier
from python_models.release import file_health, kept_tables
from python_models.release.publish import state_of
from python_models.release.release_views import ReleasedView, views_of
from python_models.release.snapshot_tables import view_at

Rows = list[dict[str, Any]]
_RUNS = (
    "invocation_id, run_id, started_at, ended_at, seconds, command, target, git_commit,"
    " is_dirty, config_hash, status, message, release_id, project_hash"
)
_NODES = (
    "invocation_id, run_id, domain, phase, node, resource_type, status, started_at, ended_at,"
    " seconds, rows_in, rows_out, message"
)
# what files of an older layout do not have
_MORE = {
    "runs": ("bytes_added",),
    "node_runs": (
        "peak_memory_bytes", "cpu_seconds", "bytes_read", "bytes_written", "bytes_spilled",
    ),
}  # fmt: skip
_GATES = (
    "invocation_id, gate, table_name, expectation, severity, success, broken_check, observed,"
    " expected, unexpected_count, sample_keys, checked_at"
)


def of_file(
    opened: duckdb.DuckDBPyConnection, release_id: int, path: Path
) -> Iterator[tuple[str, Rows]]:
    """Yield (journal table, rows) of an open release file.

    Args:
        opened: connection to the file.
        release_id: the release it shows.
        path: the file.
    """
    # in the order they were written, which is the one the journal goes by
    runs = _rows(opened, f"select {_RUNS}{_more(opened, 'runs')} from ops.runs order by rowid")
    yield "runs", [row | {"pins": "{}"} for row in runs]
    yield "node_runs", _nodes(opened)
    yield "gate_results", _rows(opened, f"select {_GATES} from ops.gate_results order by rowid")
    tables = _tables(opened, f"release_id = {int(release_id)}", views_of(opened))
    yield "release_tables", tables
    state = {"state": json.dumps(state_of(tables)), "dropped_at": None}
    yield "releases", [row | state for row in _releases(opened, f"release_id = {int(release_id)}")]
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    name = {"file": path.name, "release_id": release_id, "invocation_id": None}
    yield "release_files", [name | {"written_at": _text(written)}]


def of_releases_without_file(
    opened: duckdb.DuckDBPyConnection, known: Collection[int]
) -> Iterator[tuple[str, Rows]]:
    """Yield (journal table, rows) of the releases a file knows of, without those `known`."""
    condition = f"release_id not in ({', '.join(map(str, sorted(known)))})" if known else "true"
    tables = _tables(opened, condition, [])
    yield "release_tables", tables
    yield (
        "releases",
        [
            row
            | {
                "state": json.dumps(
                    state_of([one for one in tables if one["release_id"] == row["release_id"]])
                ),
                "dropped_at": None,
            }
            for row in _releases(opened, condition)
        ],
    )


def _releases(opened: duckdb.DuckDBPyConnection, condition: str) -> Rows:
    columns = "release_id, created_at, invocation_id, run_id, kind, note"
    return _rows(opened, f"select {columns} from ops.releases where {condition}")


def calls_of_runs(opened: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Return (invocation, answers it paid for) as an open release file has them."""
    return opened.execute("select invocation_id, calls from ops.runs").fetchall()


def step_runs(opened: duckdb.DuckDBPyConnection) -> Rows:
    """Return what LLM steps spent, a row for each node of a run, without step and model."""
    return _rows(
        opened,
        "select invocation_id || ':' || node as step_run_id, invocation_id, node, calls,"
        " cached as cached_calls, tokens as prompt_tokens, usd as cost_usd,"
        " epoch_us(started_at) / 1e6 as started_at from ops.node_runs where calls + cached > 0",
    )


def keep_shown_tables(opened: duckdb.DuckDBPyConnection) -> None:
    """Bring back the rows of tables a command fills outside dbt, those that are not there yet."""
    for (domain, name), table in kept_tables.declared().items():
        relation = f"{identifier(domain)}.{identifier(name)}"
        try:
            shown = _rows(opened, f"select * from {relation}")
        except duckdb.CatalogException:
            continue
        known = {tuple(row[key] for key in table.key) for row in kept_tables.rows_of(domain, name)}
        fresh = [
            {column: value for column, value in row.items() if column in table.columns}
            for row in shown
            if tuple(row[key] for key in table.key) not in known
        ]
        kept_tables.keep(domain, name, fresh)


def _more(opened: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return what a file has of the columns that came later, as the end of a select's list."""
    described = opened.execute(f"describe ops.{table}").fetchall()
    there = {row[0] for row in described}
    return "".join(f", {name}" for name in _MORE[table] if name in there)


def _nodes(opened: duckdb.DuckDBPyConnection) -> Rows:
    """Return the nodes of runs; of dbt's ids the release keeps kind and name."""
    seen: dict[tuple[str, str], int] = {}
    columns = _NODES + _more(opened, "node_runs")
    rows = _rows(opened, f"select {columns} from ops.node_runs order by rowid")
    for row in rows:
        unique_id = f"{row['resource_type']}.sluice.{row['node']}"
        key = (row["invocation_id"], unique_id)
        seen[key] = seen.get(key, 0) + 1
        row["unique_id"] = unique_id + (f"#{seen[key]}" if seen[key] > 1 else "")
    return rows


def _tables(opened: duckdb.DuckDBPyConnection, condition: str, shown: list[ReleasedView]) -> Rows:
    """Return tables of releases, with their files as the views of the file name them."""
    rows = _rows(opened, f"select * from ops.release_tables where {condition}")
    views = {(view.domain, view.name): view for view in shown}
    return [
        _table(row, views.get((row["domain"], row["table_name"])) or _pinned(row)) for row in rows
    ]


def _pinned(row: dict[str, Any]) -> ReleasedView | None:
    """Return a table of a release whose file is gone, as the snapshot it pinned says."""
    return view_at(row["domain"], row["table_name"], row["snapshot_id"], row["schema_hash"])


def _table(row: dict[str, Any], view: ReleasedView | None) -> dict[str, Any]:
    return {
        "release_id": row["release_id"],
        "domain": row["domain"],
        "table_name": row["table_name"],
        "invocation_id": row["invocation_id"],
        "snapshot_id": row["snapshot_id"],
        "metadata_location": None,
        "location": f"{warehouse_uri()}/{row['domain']}/{row['table_name']}",
        "rows": row["rows"],
        "bytes": row["bytes"],
        "schema_hash": row["schema_hash"],
        "is_unchanged": int(bool(row["is_unchanged"])),
        "columns": json.dumps(view.columns if view else {}),
        "files": view.files_json if view else "[]",
        "comments": json.dumps(view.comments if view else {"": ""}),
        # files of the first layout do not say: rows are then compared by all their columns
        "key_columns": row.get("key_columns") or "[]",
        "volatile_columns": row.get("volatile_columns") or "[]",
        "unreadable": row.get("unreadable")
        or (None if view else json.dumps([file_health.UNKNOWN_FILES])),
    }


def _rows(opened: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    cursor = opened.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return _text(value) if isinstance(value, datetime) else value


def _text(instant: datetime) -> str:
    return instant.isoformat(sep=" ", timespec="microseconds")
