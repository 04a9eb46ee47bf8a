"""The last node of a phase: keeps all that the phase made, for as long as the run is kept.

Everything of the next phase depends on it. A phase whose rows are not all answered is not kept
and stops the run; what was paid for stays paid.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.lakehouse import journal
from ingestion.lakehouse.sql_text import identifier
from python_models.llm.scratch import is_scratch
from python_models.release import phase_tables
from python_models.runs import phase_facts
from python_models.runs.nodes import Node

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from python_models.runs.build import Build

NODE = re.compile(r"phase_(?P<product>[a-z]+)__(?P<number>\d\d)_(?P<name>\w+)$")
NEW_ATTEMPT = "SLUICE_NEW_ATTEMPT"  # set: what is made is kept, even where it is as it was
_TABLE = pa.schema(
    [
        ("run_id", pa.string()),
        ("attempt", pa.int64()),
        ("phase_number", pa.int64()),
        ("phase_name", pa.string()),
        ("relation", pa.string()),
        ("row_count", pa.int64()),
    ]
)


class PhasePending(RuntimeError):
    """Rows of a phase have no answer yet: it is not kept, and the run stops here."""


def store_phase(
    dbt: Any,
    session: DuckDBPyConnection,
    relations: Mapping[str, DuckDBPyRelation],
    *,
    node: str,
    run: DuckDBPyRelation,
    input_count: int | None = None,
    output_count: int | None = None,
    restores: Mapping[str, str] | None = None,
) -> pa.Table:
    """Keep the relations of a phase as one snapshot of the product's table for it.

    Args:
        dbt: the object dbt hands to a Python model.
        session: dbt's DuckDB connection.
        relations: what the phase made, by the names it is shown and exported under; the first
            one is the phase's main relation.
        node: name of this model, `phase_<product>__<nn>_<name>`.
        run: the product's current run, one row with `run_id`; without a row nothing is kept.
        input_count: rows that came into the phase; default: what the phase before gave.
        output_count: rows that got through; default: those of the main relation, where it has a
            column `passed` or `selected` those with it.
        restores: {relation: model} for relations that are another model's whole table than
            `..__<relation>`; restoring the phase makes that table again.

    Returns:
        One row for each relation; none when there is no run.

    Raises:
        PhasePending: rows of the phase wait for an answer.
    """
    found = run.project("run_id").fetchall()
    if is_scratch() or not found:
        return _TABLE.empty_table()
    phase = _Phase(session, node, found[0][0], dict(restores or {}))
    phase.refuse_pending()
    rows, described = _as_rows(relations)
    for name, entry in described.items():
        entry["node"] = phase.origin(name)
    counts = (input_count, _count(relations) if output_count is None else output_count)
    kept = phase.keep(rows, described, counts)
    return pa.Table.from_pylist(
        [
            {name: kept[name] for name in _TABLE.names[:4]}
            | {"relation": name, "row_count": entry["rows"]}
            for name, entry in described.items()
        ],
        _TABLE,
    )


class _Phase:
    """One phase of the current run, while its last node runs."""

    def __init__(
        self, session: DuckDBPyConnection, node: str, run_id: str, restores: dict[str, str]
    ) -> None:
        from dbt_common.invocation import get_invocation_id

        from python_models.runs import build

        match = NODE.match(node)
        if match is None:
            raise ValueError(f"{node} is no name of a phase: phase_<product>__<nn>_<name>")
        self.product, self.number, self.name = match["product"], int(match["number"]), match["name"]
        self.session, self.run_id, self.restores = session, run_id, restores
        self.build: Build = build.current(get_invocation_id())
        self.node = next(one for one in self.build.graph.values() if one["name"] == node)
        self.namespace = f"{self.product}_phases"

    @property
    def nodes(self) -> list[Node]:
        """All nodes of this phase."""
        return phase_facts.nodes_of(self.build.graph, self.product, self.number)

    def refuse_pending(self) -> None:
        """Write down that the phase is pending, and raise, when rows of it wait for an answer."""
        waiting = phase_facts.pending_rows(self.build.run_id, self.nodes)
        if not waiting:
            return
        said = ", ".join(f"{count:,} of {name}" for name, count in waiting.items())
        message = (
            f"Phase {self.number} {self.name} of run {self.run_id} is pending: {said} have no"
            " answer yet. What was paid for stays; `make resume` asks for the rest"
            " (`make estimate` says what it costs)."
        )
        row = self.facts() | {"status": "pending", "message": message}
        phase_tables.put_rows(self.namespace, [row])
        raise PhasePending(message)

    def origin(self, relation: str) -> str | None:
        """Return the model whose table a relation is, so that restoring can make it again."""
        if relation in self.restores:
            return self.restores[relation]
        parents = [self.build.graph.get(name) for name in self.node["depends_on"]["nodes"]]
        names = [parent["name"] for parent in parents if parent]
        return next((name for name in names if name.endswith(f"__{relation}")), None)

    def keep(
        self,
        rows: pa.Table,
        described: Mapping[str, Mapping[str, Any]],
        counts: tuple[int | None, int],
    ) -> dict[str, Any]:
        """Commit the phase unless it is there already, as it is now; returns its row."""
        content = _digest(rows)
        before = self.newest()
        is_new = self.attempts.get(self.product) or os.environ.get(NEW_ATTEMPT)
        if before and before["content_hash"] == content and not is_new:
            return before
        facts = self.facts()
        facts |= {
            "status": "completed",
            "content_hash": content,
            "relations": json.dumps(described),
            "input_count": self.came_in() if counts[0] is None else counts[0],
            "output_count": counts[1],
        }
        self.attempts[self.product] = facts["attempt"]
        attempt = pa.array([facts["attempt"]] * rows.num_rows, pa.int64())
        run_id = pa.array([self.run_id] * rows.num_rows, pa.string())
        whole = pa.table({"run_id": run_id, "attempt": attempt, **_columns(rows)})
        return phase_tables.commit_phase(self.namespace, whole, facts)

    @property
    def attempts(self) -> dict[str, int]:
        """The attempt that this build makes, by product."""
        return self.build.attempts

    def facts(self) -> dict[str, Any]:
        """Return what is known of the phase whatever came of it."""
        runs = phase_facts.stored_runs(self.session, self.namespace)
        own = [row for row in runs if row["run_id"] == self.run_id]
        attempt = max((row["attempt"] for row in own), default=0) + 1
        return {
            "run_id": self.run_id,
            "attempt": self.attempts.get(self.product, attempt),
            "phase_name": self.name,
            "phase_number": self.number,
            "sequence": max((row["sequence"] for row in runs), default=0) + 1,
            "timestamp": journal.now(),
            "invocation_id": self.build.invocation_id,
            **phase_facts.spent(self.build, self.nodes),
            **phase_facts.hashes(self.build, self.product, self.nodes),
        }

    def newest(self) -> dict[str, Any] | None:
        """Return the row of the newest attempt of this phase of the run."""
        rows = phase_facts.stored_runs(self.session, self.namespace)
        own = [
            row
            for row in rows
            if row["run_id"] == self.run_id
            and row["phase_name"] == self.name
            and row["status"] == "completed"
        ]
        return max(own, key=lambda row: row["attempt"], default=None)

    def came_in(self) -> int | None:
        """Return what the phase before gave."""
        rows = phase_facts.stored_runs(self.session, self.namespace)
        before = [
            row
            for row in rows
            if row["run_id"] == self.run_id and row["phase_number"] == self.number - 1
        ]
        newest = max(before, key=lambda row: row["attempt"], default=None)
        return newest["output_count"] if newest else None


def _as_rows(
    relations: Mapping[str, DuckDBPyRelation],
) -> tuple[pa.Table, dict[str, dict[str, Any]]]:
    """Return all rows as JSON, and {relation: its row count and columns' types}."""
    parts, described = [], {}
    for name, relation in relations.items():
        rows = relation.set_alias("stored").project('cast(to_json(stored) as varchar) as "row"')
        texts = rows.to_arrow_table()["row"].combine_chunks().cast(pa.string())
        count = len(texts)
        parts.append(
            pa.table(
                {
                    "relation": pa.array([name] * count, pa.string()),
                    "row_no": pa.array(range(1, count + 1), pa.int64()),
                    "row": texts,
                }
            )
        )
        types = map(str, relation.types)
        described[name] = {
            "rows": count,
            "columns": dict(zip(relation.columns, types, strict=True)),
        }
    return pa.concat_tables(parts), described


def _count(relations: Mapping[str, DuckDBPyRelation]) -> int:
    main = next(iter(relations.values()))
    for column in ("passed", "selected"):
        if column in main.columns:
            main = main.filter(identifier(column))
            break
    found = main.count("*").fetchone()
    return int(found[0]) if found else 0


def _columns(rows: pa.Table) -> dict[str, Any]:
    return {name: rows[name] for name in rows.column_names}


def _digest(rows: pa.Table) -> str:
    texts = pc.binary_join_element_wise(rows["relation"], rows["row"], "\x1e")
    content = hashlib.sha256()
    for text in texts.to_pylist():
        content.update(text.encode())
        content.update(b"\x1d")
    return content.hexdigest()[:32]
