"""Generations that stand as the last build left them: asked, read and checked from the same.

Going through a hundred thousand prompts to find a hundred thousand answers in the ledger takes
minutes that a researcher has on every run; what a generation comes from is hashed in SQL instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.lake import lake
from python_models.experiments.earlier import HASH, hash_of, taken_over
from python_models.llm.endpoint import identity_name
from python_models.llm.kept import asked_at_of
from python_models.llm.recording import RECORDER
from python_models.llm.step import GOOD
from python_models.ops.sql_text import list_of, literal

# of a planned generation: what its prompt is made of, whom it asks, what is taken out of the answer
PLANNED = (
    "gen_id", "stage", "template_id", "template_hash", "generator", "parser", "scale_min",
    "scale_max", "min_lines", "endpoint", "provider_model", "parameters", "combo_key", "replicate",
    "parent_gen_id",
)  # fmt: skip
SAME_MOMENT = 1e-3  # seconds; a table keeps microseconds


class Held(NamedTuple):
    """What stands, and the planned rows that have to be gone through."""

    rows: pa.Table | None
    left: Any

    @property
    def asked(self) -> pa.Table | None:
        """Return the rows that have an answer of their own: a copy has none."""
        if self.rows is None:
            return None
        return self.rows.filter(pc.is_valid(self.rows.column("call_id")))


def held(planned: Any, refs: dict[str, Any], before: Any) -> Held:
    """Return the usable generations of the last build that nothing has touched.

    Nothing is taken over while `make estimate` goes through the models: it counts everything.

    Args:
        planned: the stage's planned generations, a DuckDB relation.
        refs: as `write_stage` has them: the texts a prompt is made from.
        before: the stage's table as the last build left it, or none.
    """
    wanted = hashed(planned, refs)
    if before is None or RECORDER.get() is not None:
        return Held(None, wanted)
    usable = before.filter(f"status in (select unnest({list_of(sorted(GOOD))}))")
    rows, left = taken_over(wanted, usable)
    lost = _lost(rows)
    if not lost:
        return Held(rows, left)
    known = pc.is_in(rows.column("call_id"), value_set=pa.array(lost, pa.string()))
    gone = rows.filter(known).column("gen_id").to_pylist()
    standing = rows.filter(pc.invert(known))
    again = wanted.filter(f"gen_id in (select unnest({list_of(gone)}))")
    return Held(standing, left.union(again))


def hashed(planned: Any, refs: dict[str, Any]) -> Any:
    """Return planned generations with the hash of all each comes from."""
    columns = ", ".join(f"planned.{name}" for name in planned.columns)
    found = planned.set_alias("planned")
    told = [f"planned.{name}" for name in PLANNED]
    if _has_texts(refs.get("parents")):
        parents = _texts(refs["parents"], "parent")
        found = found.join(parents, "planned.parent_gen_id = parent.text_id", how="left")
        told.append("parent.text_hash")
        if _has_texts(refs.get("drafts")):
            drafts = _texts(refs["drafts"], "draft")
            found = found.join(drafts, "parent.text_parent_id = draft.text_id", how="left")
            told.append("draft.text_hash")
    told.append(_identities(planned))
    return found.project(f"{columns}, {hash_of(told)} as {HASH}")


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


def _lost(rows: pa.Table) -> list[str]:
    """Return the calls whose answer the ledger does not have, or has from another time."""
    with_call = rows.filter(pc.is_valid(rows.column("call_id")))
    calls = with_call.column("call_id").to_pylist()
    asked_at = asked_at_of(lake().journal_db, list(dict.fromkeys(calls)))
    there = np.array([asked_at.get(call, np.nan) for call in calls], dtype=np.float64)
    kept = with_call.column("asked_at").cast(pa.int64()).to_numpy() / 1e6
    is_same = np.abs(there - kept) < SAME_MOMENT
    return sorted({call for call, same in zip(calls, is_same, strict=True) if not same})
