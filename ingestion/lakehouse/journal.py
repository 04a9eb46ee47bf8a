"""The journal of runs, gates and releases: a SQLite file that several processes may write at once.

It lies beside the build database, not in it: what a failed or killed build wrote here stays.
The LLM ledger keeps its own tables in the same file.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.lakehouse.disk_space import room
from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_version import adopt_store, refuse_newer
from ingestion.lakehouse.migrations import JOURNAL
from ingestion.lakehouse.settings import scrub, secret_values
from ingestion.lakehouse.write_ahead import BUSY_SECONDS

LET_PASS = "delivery {load} is let pass by hand"  # expectation under which a person's word stands
LAYERS_BEFORE = "SLUICE_LAYERS_BEFORE"  # what a build in layers tells each of them
_TABLES = {
    "runs": """
        invocation_id text primary key, run_id text not null, started_at text not null,
        ended_at text, seconds real, command text, target text, git_commit text,
        is_dirty integer, config_hash text, status text not null, message text,
        pid integer, release_id integer, pins text, project_hash text, bytes_added integer""",
    "node_runs": """
        invocation_id text not null, run_id text not null, unique_id text not null,
        domain text, phase text, node text not null, resource_type text, status text not null,
        started_at text, ended_at text, seconds real, rows_in integer, rows_out integer,
        message text, peak_memory_bytes integer, cpu_seconds real, bytes_read integer,
        bytes_written integer, bytes_spilled integer, primary key (invocation_id, unique_id)""",
    "run_args": """
        invocation_id text primary key, run_id text not null, arguments text not null,
        variables text not null, environment text not null,
        files text not null, selected text not null, recorded_at text not null""",
    "gate_results": """
        invocation_id text not null, gate text not null, table_name text, expectation text,
        severity text, success integer, broken_check integer, observed text, expected text,
        unexpected_count integer, sample_keys text, checked_at text not null""",
    "file_texts": "file_hash text primary key, content text not null",
    "releases": """
        release_id integer primary key, created_at text not null, invocation_id text,
        run_id text, kind text not null, note text, state text not null, dropped_at text""",
    "release_tables": """
        release_id integer not null, domain text not null, table_name text not null,
        invocation_id text, snapshot_id integer, metadata_location text, location text,
        rows integer, bytes integer, schema_hash text, is_unchanged integer not null,
        columns text not null, files text not null, comments text not null,
        key_columns text not null, volatile_columns text not null, unreadable text,
        primary key (release_id, domain, table_name)""",
    "release_files": """
        file text primary key, release_id integer not null, invocation_id text,
        written_at text not null""",
    "api_keys": """
        prefix text primary key, key_hash text not null, name text not null, scopes text not null,
        tiers text not null, created_at text not null, expires_at text not null,
        revoked_at text, last_used_at text""",
    "api_requests": """
        requested_at text not null, key_prefix text, method text not null, route text not null,
        status integer not null, seconds real, bytes integer, job_id text""",
    "jobs": """
        job_id text primary key, kind text not null, title text not null, owner text,
        command text not null, environment text not null, state text not null,
        created_at text not null, started_at text, ended_at text,
        supervisor_pid integer, supervisor_started text, process_pid integer,
        process_started text, exit_code integer, cancel_asked_at text, run_id text,
        message text, result text""",
    "api_answers": """
        key_prefix text not null, idempotency_key text not null, asked text not null,
        claimed_at text not null, claimed_pid integer not null, claimed_started text not null,
        status integer, headers text, body text,
        primary key (key_prefix, idempotency_key)""",
    "relocations": "moved_at text primary key, old_root text not null, new_root text not null",
    "alerts": "alert_key text primary key, sent_at text not null, body text not null",
}
_INDEXES = (
    "create index if not exists node_runs_run on node_runs (run_id)",
    "create index if not exists gate_results_invocation on gate_results (invocation_id)",
    "create index if not exists runs_run on runs (run_id)",
)
_RUN_BYTES = 16_000_000
_prepared: set[Path] = set()


def now() -> str:
    """Return this instant as the journal writes instants: UTC, without zone, microseconds."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


@contextmanager
def journal(*, is_durable: bool = True) -> Iterator[sqlite3.Connection]:
    """Open the journal of the lake in force for one transaction; makes missing tables.

    What is not durable outlives the process like the rest, but not a loss of power that comes
    within seconds: it waits for no disk.
    """
    path = lake().journal_db
    require_agreement(path.parent)
    with (
        room(path.parent, f"the journal {path.name}", lambda: _needed(path)),
        closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection,
    ):
        refuse_newer(connection, path)
        connection.row_factory = sqlite3.Row
        if path not in _prepared or not _has_tables(connection):
            _prepare(connection, path)
            _prepared.add(path)
        if not is_durable:
            connection.execute("pragma synchronous = normal")
        with connection:
            yield connection


def held_open() -> sqlite3.Connection:
    """Return an idle connection to the journal.

    While there is one, no other that is closed is the last, which would copy the log into the
    file, wait for the disk and remove the log: more than most writes cost.
    """
    connection = sqlite3.connect(lake().journal_db, timeout=BUSY_SECONDS)
    connection.execute("select 1 from sqlite_master limit 1").fetchall()
    return connection


def _needed(path: Path) -> int:
    """What a run writes down, and the log that has to be copied into the file."""
    log = path.with_name(f"{path.name}-wal")
    return _RUN_BYTES + (log.stat().st_size if log.exists() else 0)


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("select 1 from sqlite_master where name = 'runs'").fetchone())


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    adopt_store(connection, path.parent, JOURNAL)
    with connection:
        for name, columns in _TABLES.items():
            connection.execute(f"create table if not exists {name} ({columns})")
        for statement in _INDEXES:
            connection.execute(statement)


def put(table: str, rows: Iterable[Mapping[str, Any]], *, is_durable: bool = True) -> None:
    """Insert rows, each over the one that has the same key; see `journal` for `is_durable`."""
    put_together({table: rows}, is_durable=is_durable)


def put_together(
    tables: Mapping[str, Iterable[Mapping[str, Any]]], *, is_durable: bool = True
) -> None:
    """Insert rows of several tables, all or none of them; see `put`."""
    found = {table: [dict(row) for row in rows] for table, rows in tables.items()}
    found = {table: rows for table, rows in found.items() if rows}
    if not found:
        return
    with journal(is_durable=is_durable) as connection:
        for table, rows in found.items():
            names = list(rows[0])
            values = ", ".join(f":{name}" for name in names)
            sql = f"insert or replace into {table} ({', '.join(names)}) values ({values})"
            connection.executemany(sql, rows)


def change(
    table: str, key: Mapping[str, Any], values: Mapping[str, Any], *, is_durable: bool = True
) -> None:
    """Set values of the rows that have this key; see `journal` for `is_durable`."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    condition = " and ".join(f"{name} = :key_{name}" for name in key)
    with journal(is_durable=is_durable) as connection:
        connection.execute(
            f"update {table} set {assignments} where {condition}",
            dict(values) | {f"key_{name}": value for name, value in key.items()},
        )


def rows(sql: str, parameters: Mapping[str, Any] | tuple = ()) -> list[dict[str, Any]]:
    """Return what a query gives, a dictionary for each row."""
    with journal() as connection:
        return [dict(row) for row in connection.execute(sql, parameters).fetchall()]


def layers_of(invocation_id: str) -> list[str]:
    """Return the invocations of dbt that one build consists of so far, this one last.

    Those before it are the build's layers; a build that has none is one invocation.
    """
    return [*os.environ.get(LAYERS_BEFORE, "").split(), invocation_id]


def keep_texts(texts: Mapping[str, str]) -> None:
    """Keep file contents by their hash, so that two runs can be compared line by line."""
    with journal() as connection:
        connection.executemany("insert or ignore into file_texts values (?, ?)", texts.items())


def record_gate_results(results: Iterable[Mapping[str, Any]]) -> None:
    """Write one row for each expectation of a gate; it stays when the gate then raises.

    `observed`, `expected` and `sample_keys` may be any JSON value; `invocation_id` and
    `checked_at` are filled in when missing. Secrets are taken out of every text.
    """
    columns = [column.split()[0] for column in _TABLES["gate_results"].split(",")]
    filled = []
    secrets = secret_values()  # of a gate's hundred texts, not of each
    for result in results:
        row = dict.fromkeys(columns) | dict(result)
        row["invocation_id"] = row["invocation_id"] or os.environ.get("SLUICE_INVOCATION_ID", "")
        row["checked_at"] = str(row["checked_at"] or now())
        filled.append({name: _plain(row[name], secrets) for name in columns})
    put("gate_results", filled)


def _plain(value: Any, secrets: frozenset[str]) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return scrub(text, secrets)
