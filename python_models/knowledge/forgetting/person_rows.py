"""What becomes of rows when a person is forgotten: their own go, their names become blocks."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from ingestion.lakehouse.sql_text import identifier
from python_models.knowledge.forgetting.masking import Masks
from python_models.knowledge.forgetting.plan import Plan
from python_models.knowledge.forgetting.rows import change_of
from python_models.upkeep.rewrite import Change, Changes

# column -> condition under which a row means them, by whatever name
_MEANS = {
    "object_id": "object_id in (select object_id from named_objects)",
    "text_hash": "text_hash in (select text_hash from named_texts)",
    "entity_id": "entity_id in (select entity_id from named_entities)",
    "subject_id": "subject_id in (select entity_id from named_entities)",
}
# of these rows nothing would be left to tell one from another
_GONE = {
    "search_terms": "chunk_id in (select chunk_id from named_chunks)"
    " and term in (select term from named_words)",
    "entity_aliases": _MEANS["entity_id"],
}
MASKED, MASKED_HERE = "masked", "masked_here"  # functions of the session
_COPY = (
    "coalesce(list_filter(getvariable('blob_copies'),"
    " one -> one.blob_hash = blob_hash)[1].instead, blob_hash)"
)


def changes_of(session: duckdb.DuckDBPyConnection, plan: Plan) -> Changes:
    """Return what a plan makes of rows, in the SQL of a session."""
    if not plan.names and not plan.names_here:
        return change_of
    everywhere, here = Masks(plan.names), Masks(plan.names_here)
    everywhere.give(session, MASKED)
    here.give(session, MASKED_HERE)

    def change(namespace: str, table: str, columns: Mapping[str, str]) -> Change:
        base = change_of(namespace, table, columns)
        if namespace == "llm":  # calls that tell of them go as a whole
            return base
        return _masked(base, table, columns, everywhere, here)

    return change


def _masked(
    base: Change, table: str, columns: Mapping[str, str], everywhere: Masks, here: Masks
) -> Change:
    texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
    means = [says for name, says in _MEANS.items() if name in columns]
    if table == "edges":  # its object_id names a thing
        means[0] = "object_id in (select entity_id from named_entities)"
    meant = " or ".join(f"coalesce({one}, false)" for one in means) or "false"
    gone = f"({base.gone}) or ({_GONE[table]})" if table in _GONE else base.gone
    changed = (
        f"({base.changed}) or {everywhere.sql_condition(texts)}"
        f" or (({meant}) and ({here.sql_condition(texts)}))"
    )
    values = {}
    for name in texts:
        value = _COPY if name == "blob_hash" else identifier(name)
        if name in base.values:
            value = (
                f"case when coalesce({base.changed}, false) then {base.values[name]}"
                f" else {value} end"
            )
        whole = f"{MASKED}({value})"
        values[name] = f"case when {meant} then {MASKED_HERE}({whole}) else {whole} end"
    if table == "rejects" and "raw_text" in columns:  # a refused record may be one of theirs
        told = everywhere.sql_condition(["raw_text"])
        values["raw_text"] = f"case when {told} then null else raw_text end"
    for name in base.values.keys() - values.keys():
        values[name] = (
            f"case when coalesce({base.changed}, false) then {base.values[name]}"
            f" else {identifier(name)} end"
        )
    if "blob_hash" in columns:
        changed += " or coalesce(blob_hash in (select blob_hash from blob_copies), false)"
    return Change(gone, changed, values)
