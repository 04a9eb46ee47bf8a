"""The build that runs in this process: what it is made of and what its nodes have come to.

Each node is written to the journal when it starts and when it ends, so that a run can be
followed while it lasts and a killed one still says how far it came.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.disk_space import room
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.output import is_quiet
from python_models.llm.ledger.unfolded import has_unfolded_rows
from python_models.release.run_states import mark_killed
from python_models.runs import (
    artifacts,
    failed_tests,
    invocation,
    lake_growth,
    phase_ends,
    phase_lines,
    phase_restore,
    planned,
)
from python_models.runs.going_on import refuse_mixture
from python_models.runs.node_use import Meter
from python_models.runs.nodes import (
    Node,
    count_rows,
    domain_of,
    has_rows,
    inputs_of,
    phase_of,
    relation_of,
)
from python_models.runs.raw_views import Pins, current_pins
from python_models.runs.spark.told import end_layers_before, told

_LEAST_LEDGER_BYTES = 4_000_000  # of its tables while they are empty, and of what writes them


@dataclass
class Build:
    """One dbt invocation that runs nodes."""

    invocation_id: str
    run_id: str
    pins: Pins
    connection: duckdb.DuckDBPyConnection | None = None
    graph: dict[str, Node] = field(default_factory=dict)
    # {node: what it has to say that dbt does not}
    notes: dict[str, str] = field(default_factory=dict)
    lines: phase_lines.PhaseLines | None = None
    # {product: attempt of its run that this build makes}, once it has kept a phase
    attempts: dict[str, int] = field(default_factory=dict)
    meter: Meter | None = None
    artifacts: artifacts.Artifacts | None = None
    # bytes the lake had when the run began
    before: int | None = None
    # of a build on another engine: what counts the rows of a relation
    count: Callable[[str], int | None] | None = None
    # {(schema, name): metadata file} of what Spark made, as this build reads it
    of_spark: dict[tuple[str, str], str] = field(default_factory=dict)
    _rows: dict[str, int | None] = field(default_factory=dict)
    # {node: when it started}, of those that are written down
    _started: dict[str, str] = field(default_factory=dict)
    _held: sqlite3.Connection | None = None

    def start(
        self,
        graph: Mapping[str, Any],
        selected: Sequence[str],
        arguments: Mapping[str, Any],
        target: str,
    ) -> None:
        """Write the run down before its first node, and listen to what its nodes do.

        Raises:
            Mixture: it goes on with a run on tables that others made again; nothing was written.
            NotKept: a phase it is to go on from is not there; nothing was written.
        """
        from dbt_common.events.event_manager_client import add_callback_to_manager

        known = {**graph["nodes"], **graph["sources"]}
        restoring = phase_restore.asked_for()
        restored = phase_restore.restored_nodes(known, restoring)
        refuse_mixture(known, selected, self.run_id, restored)
        self.graph = known
        os.environ |= {"SLUICE_INVOCATION_ID": self.invocation_id, "SLUICE_RUN_ID": self.run_id}
        end_layers_before(self.run_id)
        mark_killed()
        self.before = lake_growth.bytes_before()
        invocation.record_start(
            self.invocation_id, self.run_id, self.pins, selected, arguments, target
        )
        planned.write(self.invocation_id, known, selected)
        self.artifacts = artifacts.begin(self, selected)
        if job_id := os.environ.get("SLUICE_JOB_ID"):
            journal.change("jobs", {"job_id": job_id}, {"run_id": self.run_id})
        fold_llm_journal()
        if restoring and self.connection is not None:
            phase_restore.restore(self, self.connection, restoring)
        if is_quiet():
            self.lines = phase_lines.PhaseLines(self.invocation_id, known, selected)
        self._held = journal.held_open()
        self.meter = Meter(lake().root / "spill")
        self.meter.follow()
        add_callback_to_manager(self.hear)

    def hear(self, message: Any) -> None:
        """Write down that a node starts or has ended (dbt calls this from its threads)."""
        if message.info.name not in ("NodeStart", "NodeFinished"):
            return
        unique_id = message.data.node_info.unique_id
        node = self.graph.get(unique_id)
        if node is None or node["resource_type"] == "operation":
            return
        if message.info.name == "NodeStart":
            if self.meter:
                self.meter.begin(unique_id)
            if node["resource_type"] != "test":
                self._write(node, "running", None, None)
            if self.lines:
                self.lines.started(node)
            return
        result = message.data.run_result
        self._write(node, result.status, result.execution_time, result.message)
        if self.lines:
            self.lines.ended(node, result.status, self.notes.get(node["name"]))
        if self.artifacts:
            self.artifacts.ended(node)
        fault(f"node.{node['name']}")

    def finish(self, results: list[Any]) -> None:
        """Write down how every node and the run ended, then show it to readers."""
        if not self.graph:
            return  # it was refused before it began
        for result in results:
            node = self.graph.get(result.node.unique_id)
            if node is None and result.node.resource_type == "unit_test":
                # the graph dbt hands over has no unit tests, and one that fails fails the run
                node = self.graph[result.node.unique_id] = _unit_test(result.node)
                self._write(node, result.status, result.execution_time, result.message)
            elif node is not None and result.status == "skipped":
                self._write(node, "skipped", 0.0, result.message)
        self._say_what_tests_found(results)
        if self.lines:
            self.lines.finished()
        phase_ends.finish(self)
        if self.artifacts:
            self.artifacts.finish()
        if self.meter:
            self.meter.stop()
        status = invocation.record_end(self.invocation_id)
        fold_llm_journal()
        added = {"bytes_added": lake_growth.added_since(self.before)}
        journal.change("runs", {"invocation_id": self.invocation_id}, added)
        invocation.show_end(self.invocation_id, status)
        if self._held is not None:
            self._held.close()

    def _say_what_tests_found(self, results: list[Any]) -> None:
        if self.connection is None:
            return
        for node, sentence in failed_tests.told(self.connection, results):
            key = {"invocation_id": self.invocation_id, "unique_id": node.unique_id}
            journal.change("node_runs", key, {"message": sentence})
            sys.stderr.write(f"{sentence}\n")  # beside how many dbt got

    def _write(self, node: Node, status: str, seconds: float | None, message: str | None) -> None:
        unique_id, ended = node["unique_id"], seconds is not None
        # before its rows are counted: that is no work of the node
        use = self.meter.end(unique_id) if self.meter and ended else None
        rows_out = (
            self.rows_of(unique_id, anew=True) if ended and status in invocation.GOOD else None
        )
        known = self._started.get(unique_id)
        row = {
            "invocation_id": self.invocation_id,
            "run_id": self.run_id,
            "unique_id": unique_id,
            "domain": domain_of(node),
            "phase": phase_of(node),
            "node": node["name"],
            "resource_type": node["resource_type"],
            "status": str(status),
            "started_at": known or journal.now(),
            "ended_at": journal.now() if ended else None,
            "seconds": seconds,
            "rows_in": self._rows_in(node),
            "rows_out": rows_out,
            "message": self.notes.get(node["name"])
            or (invocation.reason(message) if message else None),
        } | (use.columns() if use else {})
        if known:  # in its place: the order of a run's nodes is the one they began in
            key = {"invocation_id": self.invocation_id, "unique_id": unique_id}
            journal.change("node_runs", key, row, is_durable=False)
        else:
            self._started[unique_id] = row["started_at"]
            journal.put("node_runs", [row], is_durable=False)

    def rows_of(self, unique_id: str, anew: bool = False) -> int | None:
        """Return how many rows a table or source has; counted once unless asked anew."""
        node = self.graph[unique_id]
        count = self.count
        if count is None and self.connection is not None:
            count = partial(count_rows, self.connection)
        if not (has_rows(node) or node["resource_type"] == "source") or count is None:
            return None
        if anew or unique_id not in self._rows:
            self._rows[unique_id] = count(relation_of(node))
        return self._rows[unique_id]

    def _rows_in(self, node: Node) -> int | None:
        if node["resource_type"] == "test" or not node.get("depends_on"):
            return None
        counts = [self.rows_of(parent) for parent in inputs_of(self.graph, node["unique_id"])]
        known = [count for count in counts if count is not None]
        return sum(known) if known else None


_current: Build | None = None


def current(invocation_id: str) -> Build:
    """Return the build of a dbt invocation; one process runs one invocation at a time."""
    global _current
    if _current is None or _current.invocation_id != invocation_id:
        layer = told()
        begun = invocation.begun_run_id()
        run_id, pins = invocation.inherited() or (begun, layer.pins if layer else current_pins())
        _current = Build(invocation_id, run_id, pins)
    return _current


def fold_llm_journal() -> None:
    """Move answers from the journal into the ledger's tables; a crash may have left some.

    What steps noted for those who follow them goes: no step asks at the ends of a run.
    """
    with room(lake().root, "the ledger of answers", _ledger_bytes):
        with journal.journal() as connection:
            if connection.execute("select 1 from sqlite_master where name = 'llm_meta'").fetchone():
                connection.execute("delete from llm_meta where name like 'asking %'")
        if _is_something_unfolded():
            from python_models import llm

            llm.fold_journal()


def _ledger_bytes() -> int:
    """Return about what the answers take once more, as tables with their metadata."""
    return _LEAST_LEDGER_BYTES + lake().journal_db.stat().st_size


def _is_something_unfolded() -> bool:
    return not metadata_locations("llm") or has_unfolded_rows()


def _unit_test(node: Any) -> Node:
    return {
        "unique_id": node.unique_id,
        "name": node.name,
        "resource_type": "unit_test",
        "fqn": list(node.fqn),
        "depends_on": {"nodes": list(node.depends_on.nodes)},
        "config": {},
    }
