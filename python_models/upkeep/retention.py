"""Command `retention`: lets go of what is beyond keeping, and says what before it does.

The last 10 runs and releases are kept whole. Up to the 100th they stay readable: a release
keeps its data and its newest file, a run its nodes without the tests that passed. One is
dropped only when it is beyond the 100th and older than 90 days, never the one readers see.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.extensions import iceberg_session
from ingestion.lakehouse.file_lock import exclusive
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import emit, emit_document, say
from python_models.release import kept_objects, release_file
from python_models.release.spark_names import PREFIX, UNTIL, is_made_by_spark, is_of_builds
from python_models.upkeep import phase_retention, spark_leftovers, sweep
from python_models.upkeep.backup import LOCK

KEPT_WHOLE = 10
KEPT_READABLE = 100
KEPT_DAYS = 90
# files of raw and ledger tables may belong to a commit that is going on outside the build lock
_GRACE = timedelta(hours=24)


@dataclass
class Plan:
    """What would go."""

    releases: list[int]
    runs: list[str]
    compacted_runs: list[str]
    phases: dict[str, list[str]]  # of each product, runs whose phases go


def retention(options: argparse.Namespace) -> int:
    """Drop what is beyond keeping; with `--dry-run` only say what."""
    # a backup that is being taken has listed the files
    with _alone(options.dry_run):
        plan = make_plan(datetime.now(UTC).replace(tzinfo=None))
        if not options.dry_run:
            phase_retention.drop(plan.phases)
        lines = sweep_tables(plan, options.dry_run)
        if not options.dry_run:
            forget(plan)
            if plan.releases:
                release_file.refresh(None, may_shrink=True)
        blobs, blob_bytes = kept_objects.drop_unneeded(options.dry_run)
    document = {
        "dry_run": options.dry_run,
        "releases_dropped": plan.releases,
        "runs_dropped": plan.runs,
        "runs_compacted": plan.compacted_runs,
        "phases_dropped": plan.phases,
        "tables": lines,
        "objects_dropped": blobs,
        "bytes_freed": sum(line["bytes"] for line in lines) + blob_bytes,
    }
    if options.json:
        emit_document(document)
        return 0
    emit(lines, False, "Files nothing points to", "No file to delete.")
    verb = "would go" if options.dry_run else "went"
    say(
        f"{len(plan.releases)} releases, {len(plan.runs)} runs, phases of"
        f" {sum(map(len, plan.phases.values()))} runs, {blobs} objects and"
        f" {document['bytes_freed'] / 1e6:,.1f} MB {verb};"
        f" {len(plan.compacted_runs)} runs are kept without the tests that passed."
    )
    return 0


@contextmanager
def _alone(is_look: bool) -> Iterator[None]:
    """Keep builds and backups out while files go; whoever only looks keeps nobody out."""
    if is_look:
        yield
        return
    with lock.build_lock("retention"), exclusive(lake().root / LOCK, "The lake's set of files"):
        yield


def make_plan(now: datetime) -> Plan:
    """Return which releases and runs are beyond keeping at an instant."""
    oldest = now - timedelta(days=KEPT_DAYS)
    horizon = oldest.isoformat(sep=" ")
    phases = phase_retention.droppable(KEPT_READABLE, oldest)
    needed = phase_retention.kept_in_journal(phases)
    current = release_file.current_release_id()
    # order goes by number; and nothing is older than what came before it, whatever the clock said
    releases = journal.rows(
        "select release_id, max(created_at) over (order by release_id) as created_at"
        " from releases where dropped_at is null order by release_id desc"
    )
    runs = journal.rows(
        "select run_id, max(started_at) over (order by run_number) as started_at from"
        " (select run_id, max(started_at) as started_at, max(rowid) as run_number"
        " from runs group by run_id) order by run_number desc"
    )
    return Plan(
        releases=[
            row["release_id"]
            for row in releases[KEPT_READABLE:]
            if row["created_at"] < horizon and row["release_id"] != current
        ],
        runs=[
            row["run_id"]
            for row in runs[KEPT_READABLE:]
            if row["started_at"] < horizon and row["run_id"] not in needed
        ],
        compacted_runs=[row["run_id"] for row in runs[KEPT_WHOLE:KEPT_READABLE]],
        phases=phases,
    )


def sweep_tables(plan: Plan, dry_run: bool) -> list[dict[str, Any]]:
    """Expire snapshots and delete files that no kept release and no table needs."""
    kept = [
        row
        for row in journal.rows(
            "select release_tables.* from release_tables inner join releases using (release_id)"
            " where releases.dropped_at is null"
        )
        if row["release_id"] not in plan.releases
    ]
    opened = catalog()
    found = []
    with iceberg_session() as connection:
        for namespace in opened.list_namespaces():
            if namespace[0].startswith(PREFIX):
                continue  # a run's names for raw tables, which are swept under their own
            for name in opened.list_tables(namespace):
                line = _sweep(connection, opened.load_table(name), name, kept, dry_run)
                if line["files"] or line["snapshots"]:
                    found.append(line)
            if is_of_builds(namespace[0]):
                found += spark_leftovers.sweep(connection, opened, namespace[0], kept, dry_run)
    return found


def _sweep(
    connection: duckdb.DuckDBPyConnection,
    table: Any,
    name: tuple[str, ...],
    kept: list[dict[str, Any]],
    dry_run: bool,
) -> dict[str, Any]:
    own = (name[0], name[1].partition(UNTIL)[0])
    mine = [row for row in kept if (row["domain"], row["table_name"]) == own]
    is_released = (
        "sluice.columns" in table.properties
        or bool(mine)
        or is_made_by_spark(name[0], table.location())
    )
    snapshot_ids = {int(row["snapshot_id"]) for row in mine if row["snapshot_id"] is not None}
    files = {file for row in mine for file in json.loads(row["files"])}
    expired = 0
    if is_released and not dry_run:
        expired = sweep.expire(table, snapshot_ids)
        table = table.refresh() if expired else table
    elif is_released:
        expired = sum(
            snapshot.snapshot_id not in snapshot_ids for snapshot in table.snapshots()[:-1]
        )
        files |= _files_of_kept_snapshots(table, snapshot_ids)
    age = timedelta(0) if is_released else _GRACE
    orphans = sweep.orphans(connection, table, files, age)
    if dry_run and is_released:
        orphans += _would_be_orphans(connection, table, files)
    elif not dry_run:
        sweep.delete(table, orphans)
    return {
        "table": ".".join(name),
        "snapshots": expired,
        "files": len(orphans),
        "bytes": sum(file.bytes for file in orphans),
    }


def _files_of_kept_snapshots(table: Any, snapshot_ids: set[int]) -> set[str]:
    current = table.current_snapshot()
    wanted = snapshot_ids | ({current.snapshot_id} if current else set())
    return {
        sweep.plain(entry.data_file.file_path)
        for snapshot in table.snapshots()
        if snapshot.snapshot_id in wanted
        for manifest in snapshot.manifests(table.io)
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
    }


def _would_be_orphans(
    connection: duckdb.DuckDBPyConnection, table: Any, kept: set[str]
) -> list[sweep.Orphan]:
    """Return data files that only snapshots beyond keeping point to (for a dry run)."""
    data = {
        sweep.plain(entry.data_file.file_path): entry.data_file.file_size_in_bytes
        for snapshot in table.snapshots()
        for manifest in snapshot.manifests(table.io)
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
    }
    return [sweep.Orphan(path, size) for path, size in data.items() if path not in kept]


def forget(plan: Plan) -> None:
    """Take dropped releases and runs out of the journal and delete the releases' files."""
    files = release_file.files_by_release()
    for release_id in plan.releases:
        for path in files.get(release_id, []):
            if not release_file.is_latest(path):
                path.unlink(missing_ok=True)
    with journal.journal() as connection:
        connection.executemany(
            "update releases set dropped_at = ? where release_id = ?",
            [(journal.now(), release_id) for release_id in plan.releases],
        )
        gone = [(release_id,) for release_id in plan.releases]
        connection.executemany("delete from release_tables where release_id = ?", gone)
        connection.executemany("delete from release_files where release_id = ?", gone)
        for run_id in plan.runs:
            connection.execute(
                "delete from gate_results where invocation_id in"
                " (select invocation_id from runs where run_id = ?)",
                (run_id,),
            )
            for table in ("node_runs", "run_args", "runs"):
                connection.execute(f"delete from {table} where run_id = ?", (run_id,))
        connection.executemany(
            "delete from node_runs where run_id = ? and status = 'pass'"
            " and resource_type in ('test', 'unit_test')",
            [(run_id,) for run_id in plan.compacted_runs],
        )
        connection.execute(
            "delete from file_texts where file_hash not in (select value from run_args,"
            " json_each(run_args.files))"
        )
