"""Generations reused from the last build: asked, read and checked from the same.

Going through a hundred thousand prompts to find a hundred thousand answers in the ledger takes
minutes that a researcher has on every run; what a generation comes from is hashed in SQL instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import list_of, literal
from python_models.experiments.function_state import function_state
from python_models.llm.endpoints.endpoint import identity_name
from python_models.llm.ledger.recording import RECORDER
from python_models.llm.ledger.reuse import asked_at_of
from python_models.llm.step import GOOD
from python_models.release.reuse import HASH, hash_of, reusable_rows

# of a planned generation: what its prompt is made of, whom it asks, what is taken out of the answer
PLANNED = (
    "gen_id", "stage", "template_id", "template_hash", "generator", "parser", "scale_min",
    "scale_max", "min_lines", "endpoint", "provider_model", "parameters", "combo_key", "replicate",
    "parent_gen_id",
)  # fmt: skip
SAME_MOMENT = 1e-3  # seconds; a table keeps microseconds


# of a reused one: what was paid for, and whether the ledger has it still
_PAID = (
    "gen_id", "endpoint", "model", "call_id", "prompt_tokens", "completion_tokens", "cost_usd",
    "asked_at",
)  # fmt: skip


class Reused(NamedTuple):
    """What is reused, and the planned rows that have to be gone through.

    The reused rows are a relation: their texts never leave DuckDB. `asked` are those that
    have an answer of their own, without its text; a copy has none.
    """

    rows: Any | None
    asked: pa.Table | None
    left: Any


def reused_generations(
    session: duckdb.DuckDBPyConnection, planned: Any, step: str, refs: dict[str, Any], before: Any
) -> Reused:
    """Return the usable generations of the last build that nothing has touched.

    Nothing is reused while `make estimate` goes through the models: it counts everything.

    Args:
        session: the DuckDB connection of the relations.
        planned: the stage's planned generations, a DuckDB relation.
        step: the name under which the stage asks.
        refs: as `write_stage` has them: the texts a prompt is made from.
        before: the stage's table as the last build left it, or none.
    """
    wanted = hashed(planned, refs)
    if before is None or RECORDER.get() is not None:
        return Reused(None, None, wanted)
    usable = before.filter(f"status in (select unnest({list_of(sorted(GOOD))}))")
    paid: pa.Table
    paid, left = reusable_rows(wanted, usable.project(f"{', '.join(_PAID)}, {HASH}"))
    lost = _lost(paid, step)
    if lost:
        is_lost = pc.is_in(paid.column("call_id"), value_set=pa.array(lost, pa.string()))
        left = left.union(_of(wanted, paid.filter(is_lost).column("gen_id"), session))
        paid = paid.filter(pc.invert(is_lost))
    asked = paid.filter(pc.is_valid(paid.column("call_id")))
    is_whole = paid.num_rows == before.count("*").fetchone()[0]
    rows = before if is_whole else _of(usable, paid.column("gen_id"), session)
    return Reused(rows, asked, left)


def _of(relation: Any, ids: Any, session: duckdb.DuckDBPyConnection) -> Any:
    """Return the rows of some generations."""
    named = session.from_arrow(pa.table({"wanted_id": ids})).set_alias("named")
    return relation.set_alias("all_rows").join(
        named, "all_rows.gen_id = named.wanted_id", how="semi"
    )


def hashed(planned: Any, refs: dict[str, Any]) -> Any:
    """Return planned generations with the hash of all each comes from."""
    columns = ", ".join(f"planned.{name}" for name in planned.columns)
    found = planned.set_alias("planned")
    inputs = [f"planned.{name}" for name in PLANNED]
    if _has_texts(refs.get("parents")):
        parents = _texts(refs["parents"], "parent")
        found = found.join(parents, "planned.parent_gen_id = parent.text_id", how="left")
        inputs.append("parent.text_hash")
        if _has_texts(refs.get("drafts")):
            drafts = _texts(refs["drafts"], "draft")
            found = found.join(drafts, "parent.text_parent_id = draft.text_id", how="left")
            inputs.append("draft.text_hash")
        if "second_gen_id" in planned.columns:
            second = _texts(refs["parents"], "second")
            found = found.join(second, "planned.second_gen_id = second.text_id", how="left")
            inputs += ["planned.second_gen_id", "second.text_hash"]
    inputs += [_identities(planned), function_state(planned, "parser", "planned.")]
    return found.project(f"{columns}, {hash_of(inputs, 'experiments')} as {HASH}")


def _has_texts(relation: Any) -> bool:
    return relation is not None and "gen_id" in relation.columns  # else it was never built


def _texts(relation: Any, alias: str) -> Any:
    text = "md5(concat_ws(chr(31), status, coalesce(parsed, chr(30)))) as text_hash"
    found = relation.project(f"gen_id as text_id, parent_gen_id as text_parent_id, {text}")
    return found.set_alias(alias)


def _identities(planned: Any) -> str:
    """Return SQL for what the endpoints are called now: another address is another endpoint."""
    names = planned.project("coalesce(endpoint, 'default')").distinct().fetchall()
    known = [f"when {literal(name)} then {literal(identity_name(name))}" for (name,) in names]
    return (
        f"case coalesce(planned.endpoint, 'default') {' '.join(known) or 'when null then null'} end"
    )


def _lost(rows: pa.Table, step: str) -> list[str]:
    """Return the calls whose answer the ledger does not have, or has from another time."""
    with_call = rows.filter(pc.is_valid(rows.column("call_id")))
    calls = with_call.column("call_id").to_pylist()
    asked_at = asked_at_of(lake().journal_db, step, list(dict.fromkeys(calls)))
    there = np.array([asked_at.get(call, np.nan) for call in calls], dtype=np.float64)
    kept = with_call.column("asked_at").cast(pa.int64()).to_numpy() / 1e6
    is_same = np.abs(there - kept) < SAME_MOMENT
    return sorted({call for call, same in zip(calls, is_same, strict=True) if not same})
