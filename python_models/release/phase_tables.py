"""The tables a product's phases leave behind: one a phase, and `runs`, which says what is in them.

A phase is one snapshot of its table, with all its relations as JSON rows; what there is to know
of it stands in the snapshot's properties. Its row in `runs` is written after it, and made again
from the properties when a kill came between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import warehouse_uri
from ingestion.lakehouse.sql_text import literal
from python_models.release.snapshot_files import plain

if TYPE_CHECKING:
    from pyiceberg.table import Table

PROPERTY = "sluice.phase"  # of a snapshot: the row of `runs`, as JSON
RUNS = "runs"
ROW = pa.schema(
    [
        ("run_id", pa.string()),
        ("attempt", pa.int64()),
        ("relation", pa.string()),
        ("row_no", pa.int64()),  # from 1, in the relation's order
        ("row", pa.string()),  # JSON object
    ]
)
RUN = pa.schema(
    [
        ("run_id", pa.string()),
        ("attempt", pa.int64()),
        ("phase_name", pa.string()),
        ("phase_number", pa.int64()),
        ("sequence", pa.int64()),  # in which order rows were written, over all runs
        ("timestamp", pa.timestamp("us")),
        ("duration_seconds", pa.float64()),
        ("input_count", pa.int64()),
        ("output_count", pa.int64()),
        ("llm_calls", pa.int64()),
        ("cached_calls", pa.int64()),
        ("tokens", pa.int64()),
        ("cost_usd", pa.float64()),
        ("status", pa.string()),  # completed | pending | failed | skipped
        ("code_hash", pa.string()),
        ("prompt_hash", pa.string()),
        ("settings_hash", pa.string()),
        ("content_hash", pa.string()),
        ("relations", pa.string()),  # {relation: {rows, node it was taken from, columns and types}}
        ("bytes", pa.int64()),
        ("snapshot_id", pa.int64()),
        ("invocation_id", pa.string()),
        ("message", pa.string()),
        ("variant_of", pa.string()),  # run whose phases it took over; null: it landed by itself
    ]
)
_PROPERTIES = {
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
    "commit.retry.num-retries": "20",
    "commit.manifest-merge.enabled": "true",
}


def commit_phase(namespace: str, rows: pa.Table, known: Mapping[str, Any]) -> dict[str, Any]:
    """Commit a phase as one snapshot, then its row; returns the row.

    Args:
        namespace: of the product's phases.
        rows: all rows of all relations, as `ROW`.
        known: the row of `runs` without what only the snapshot knows.
    """
    name = known["phase_name"]
    table = _opened(namespace, name, ROW)
    properties = {PROPERTY: json.dumps(known, default=str)}
    fault(f"phase.{name}.begun")
    table.append(rows.cast(ROW), snapshot_properties=properties)
    fault(f"phase.{name}.snapshot")
    snapshot = table.current_snapshot()
    assert snapshot is not None, "it was committed just now"
    row = _row_of(properties[PROPERTY], snapshot.snapshot_id, _summary(snapshot))
    put_rows(namespace, [row])
    fault(f"phase.{name}.row")
    return row


def put_rows(namespace: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to `runs` in one commit."""
    table = _opened(namespace, RUNS, RUN)
    table.append(pa.Table.from_pylist([_typed(row) for row in rows], RUN))


def refill(session: duckdb.DuckDBPyConnection, namespace: str) -> int:
    """Write the rows that a kill kept from being written; returns how many there were."""
    locations = metadata_locations(namespace)
    known: set[int] = set()
    if RUNS in locations:
        found = session.execute(
            f"select snapshot_id from iceberg_scan({literal(plain(locations[RUNS]))})"
        ).fetchall()
        known = {row[0] for row in found}
    missing = [
        row
        for table, metadata in sorted(locations.items())
        if table != RUNS
        for row in _rows_in_properties(session, metadata)
        if row["snapshot_id"] not in known
    ]
    if missing:
        put_rows(namespace, sorted(missing, key=lambda row: row["sequence"]))
    return len(missing)


def settle(namespace: str, run_id: str) -> None:
    """Bring the rows of a run into one file and expire snapshots that have their row."""
    locations = metadata_locations(namespace)
    if RUNS not in locations:
        return
    own_rows = f"run_id = {literal(run_id)}"
    runs = _opened(namespace, RUNS, RUN)
    own = runs.scan(row_filter=own_rows).to_arrow()
    if own.num_rows:
        runs.overwrite(own.cast(RUN), overwrite_filter=own_rows)
    known = set(runs.scan(selected_fields=("snapshot_id",)).to_arrow()["snapshot_id"].to_pylist())
    for name in locations:
        table = catalog().load_table((namespace, name))
        kept = {reference.snapshot_id for reference in table.metadata.refs.values()}
        ids = [
            snapshot.snapshot_id
            for snapshot in table.snapshots()
            if snapshot.snapshot_id not in kept
            and (PROPERTY not in _summary(snapshot) or snapshot.snapshot_id in known)
        ]
        if ids:
            table.maintenance.expire_snapshots().by_ids(ids).commit()


def _opened(namespace: str, name: str, shape: pa.Schema) -> Table:
    """Open a table of a product's phases; makes it the first time."""
    from pyiceberg.transforms import IdentityTransform

    opened = catalog()
    if opened.table_exists((namespace, name)):
        return _widened(opened.load_table((namespace, name)), shape)
    opened.create_namespace_if_not_exists(namespace)
    location = f"{warehouse_uri()}/{namespace}/{name}"
    with (
        opened.create_table_transaction(
            (namespace, name), shape, location=location, properties=_PROPERTIES
        ) as transaction,
        transaction.update_spec() as spec,
    ):
        spec.add_field("run_id", IdentityTransform(), "run_id")
    return opened.load_table((namespace, name))


def _widened(table: Table, shape: pa.Schema) -> Table:
    """Give a table of an earlier version the columns it lacks."""
    names = {field.name for field in table.schema().fields}
    if set(shape.names) <= names:
        return table
    with table.update_schema() as update:
        update.union_by_name(shape)
    return table


def _summary(snapshot: Any) -> Mapping[str, Any]:
    summary = snapshot.summary
    return dict(summary.additional_properties) if summary else {}


def _rows_in_properties(
    session: duckdb.DuckDBPyConnection, metadata: str
) -> Iterable[dict[str, Any]]:
    text = f"select content from read_text({literal(plain(metadata))})"
    [[content]] = session.execute(text).fetchall()
    for snapshot in json.loads(content).get("snapshots", []):
        summary = snapshot["summary"]
        if PROPERTY in summary:
            yield _row_of(summary[PROPERTY], snapshot["snapshot-id"], summary)


def _row_of(known: str, snapshot_id: int, summary: Mapping[str, Any]) -> dict[str, Any]:
    size = int(summary.get("added-files-size", 0))
    return json.loads(known) | {"snapshot_id": snapshot_id, "bytes": size}


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    from datetime import datetime

    at = row.get("timestamp")
    return dict(row) | {"timestamp": datetime.fromisoformat(at) if isinstance(at, str) else at}
