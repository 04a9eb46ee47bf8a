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

from ingestion.lakehouse.sql_text import identifier
from ingestion.landing.products import PRODUCTS
from python_models.llm.scratch import is_scratch
from python_models.release import kept_phases, phase_tables
from python_models.runs import phase_facts
from python_models.runs.nodes import relation_of

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
        relations: what the phase made, by the names it is shown under; the first is its main one.
        node: name of this model, `phase_<product>__<nn>_<name>`.
        run: the product's current run, one row with `run_id`; without a row nothing is kept.
        input_count: rows that came in; default: what the phase before gave.
        output_count: rows that got through; default: those of the main relation, or those of it
            with `passed` or `selected`.
        restores: {relation: model} where it is the whole table of another than `..__<relation>`.

    Returns one row for each relation; none when there is no run.

    Raises:
        PhasePending: rows of the phase wait for an answer.
    """
    found = run.project("run_id").fetchall()
    if is_scratch() or not found:
        return _TABLE.empty_table()
    return _Phase(session, node, found[0][0], dict(restores or {})).stored_as(
        relations, input_count, output_count
    )


class _Phase:
    """One phase of the current run, while its last node runs."""

    def __init__(
        self, session: DuckDBPyConnection, node: str, run_id: str, restores: dict[str, str]
    ) -> None:
        from dbt_common.invocation import get_invocation_id

        from python_models.runs import build

        match = NODE.match(node)
        if match is None or match["product"] not in PRODUCTS:
            raise ValueError(f"{node} is no name of a phase: phase_<product>__<nn>_<name>")
        self.product = PRODUCTS[match["product"]]
        self.number, self.name = int(match["number"]), match["name"]
        self.run_id, self.restores = run_id, restores
        self.build: Build = build.current(get_invocation_id())
        self.node = next(one for one in self.build.graph.values() if one["name"] == node)
        self.nodes = phase_facts.nodes_of(self.build.graph, self.product.name, self.number)
        self.stored = kept_phases.runs_of(session, self.product)
        self.newest = kept_phases.newest_phases(self.stored, run_id)

    def stored_as(
        self,
        relations: Mapping[str, DuckDBPyRelation],
        input_count: int | None,
        output_count: int | None,
    ) -> pa.Table:
        """Keep the relations; returns what the node's own table says of them."""
        self.refuse_pending()
        rows, described = _as_rows(relations)
        for name, entry in described.items():
            entry |= self.origin(name)
        counts = (input_count, _count(relations) if output_count is None else output_count)
        kept = self.keep(rows, described, counts)
        return pa.Table.from_pylist(
            [
                {name: kept[name] for name in _TABLE.names[:4]}
                | {"relation": name, "row_count": entry["rows"]}
                for name, entry in described.items()
            ],
            _TABLE,
        )

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
        phase_tables.put_rows(self.product.phase_namespace, [row])
        raise PhasePending(message)

    def origin(self, relation: str) -> dict[str, str | None]:
        """Return the model whose table a relation is, so that restoring can make it again."""
        parents = [self.build.graph.get(name) for name in self.node["depends_on"]["nodes"]]
        wanted = self.restores.get(relation)
        for parent in parents:
            if parent and parent["resource_type"] == "model":
                name = parent["name"]
                if name == wanted or (wanted is None and name.endswith(f"__{relation}")):
                    return {"node": parent["unique_id"], "table": relation_of(parent)}
        if wanted:
            raise ValueError(f"{self.node['name']} does not read {wanted}, which it is to restore")
        return {"node": None, "table": None}

    def keep(
        self,
        rows: pa.Table,
        described: Mapping[str, Mapping[str, Any]],
        counts: tuple[int | None, int],
    ) -> dict[str, Any]:
        """Commit the phase unless it is there already, as it is now; returns its row."""
        content = _digest(rows)
        before = self.newest.get(self.number)
        if before and before["content_hash"] == content and not self.is_new_attempt(before):
            return before
        facts = self.facts() | {
            "status": kept_phases.COMPLETED,
            "content_hash": content,
            "relations": json.dumps(described),
            "input_count": self.came_in() if counts[0] is None else counts[0],
            "output_count": counts[1],
        }
        self.build.attempts[self.product.name] = facts["attempt"]
        attempt = pa.array([facts["attempt"]] * rows.num_rows, pa.int64())
        run_id = pa.array([self.run_id] * rows.num_rows, pa.string())
        whole = pa.table(
            {"run_id": run_id, "attempt": attempt}
            | {name: rows[name] for name in rows.column_names}
        )
        return phase_tables.commit_phase(self.product.phase_namespace, whole, facts)

    def is_new_attempt(self, before: Mapping[str, Any]) -> bool:
        """Say whether what is made is an attempt of its own, even where it is as it was.

        So it is where a person asked for it, and where a phase before was made anew: attempts
        never fall from one phase to the next, else they are of different makings.
        """
        earlier = [row["attempt"] for number, row in self.newest.items() if number < self.number]
        return bool(os.environ.get(NEW_ATTEMPT)) or max(earlier, default=0) > before["attempt"]

    def facts(self) -> dict[str, Any]:
        """Return what is known of the phase whatever came of it."""
        return phase_facts.facts(self.build, self.product, self.run_id, self.number, self.stored)

    def came_in(self) -> int | None:
        """Return what the phase before gave."""
        before = self.newest.get(self.number - 1)
        return before["output_count"] if before else None


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


def _digest(rows: pa.Table) -> str:
    """Return a hash of what the rows say; tables made again have them in another order."""
    texts = pc.binary_join_element_wise(rows["relation"], rows["row"], "\x1e")
    content = hashlib.sha256()
    for text in sorted(texts.to_pylist()):
        content.update(text.encode())
        content.update(b"\x1d")
    return content.hexdigest()[:32]
