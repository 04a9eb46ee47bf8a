"""Which rows of which table go with an object, and which lose a name: by the tables of a plan."""

from __future__ import annotations

from collections.abc import Iterable

from python_models.upkeep.rewrite import Change

NAMESPACES = ("knowledge", "raw_knowledge", "llm")
# column (or columns) -> condition under which its row goes, in whatever table it stands
_BY_COLUMN = {
    ("object_id", "version"): "(object_id, version) in (select object_id, version from"
    " gone_versions)",
    ("chunk_id",): "chunk_id in (select chunk_id from gone_chunks)",
    ("text_hash",): "text_hash in (select text_hash from gone_texts)",
    ("fact_id",): "fact_id in (select fact_id from gone_facts)",
    ("other_fact_id",): "other_fact_id in (select fact_id from gone_facts)",
    ("graph_id", "edge_id"): "(graph_id, edge_id) in (select graph_id, edge_id from gone_edges)",
    ("entity_id",): "entity_id in (select entity_id from gone_entities)",
    ("anchor",): "anchor in (select anchor from gone_anchors)",
    ("other_anchor",): "other_anchor in (select anchor from gone_anchors)",
}
_OBJECT = "object_id in (select object_id from gone_objects)"
_THING = "{} in (select entity_id from gone_entities)"
_OF_TABLE = {
    ("knowledge", "edges"): [_THING.format("subject_id"), _THING.format("object_id")],
    ("knowledge", "entity_aliases"): [
        "(entity_id, alias) in (select entity_id, name from gone_names)",
        "'strong:' || kind || ':' || alias in (select anchor from gone_anchors)",
    ],
    ("knowledge", "communities"): [
        "list_has_any(cast(cast(members as json) as varchar[]),"
        " (select coalesce(list(entity_id), []) from gone_entities))"
    ],
    ("knowledge", "search_term_counts"): [
        "(chunker_id, term) in (select chunker_id, term from gone_terms)"
    ],
    ("raw_knowledge", "rejects"): [
        "len(list_filter(getvariable('gone_places'), one -> one.source = source"
        " and ends_with(source_file, '/' || one.place))) > 0"
    ],
    ("llm", "calls"): ["call_id in (select call_id from gone_calls)"],
}
# a sync goes on saying how many it saw: of one of them nothing else
_TOMBSTONE = Change(
    changed=f"{_OBJECT} and state <> 'forgotten'",
    values={"state": "'forgotten'", "native_id": "'forgotten'"}
    | dict.fromkeys(
        ("uri", "parent_id", "part_of", "title", "blob_hash", "locator", "content_hash",
         "created_at", "updated_at", "size"),
        "null",
    ),
)  # fmt: skip
_NAMED = "(entity_id, name) in (select entity_id, name from gone_names)"


def change_of(namespace: str, table: str, columns: Iterable[str]) -> Change:
    """Return what becomes of the rows of a file, by the columns it has."""
    has = set(columns)
    if namespace == "llm":
        return _of_ledger(table, has)
    if (namespace, table) == ("raw_knowledge", "sightings"):
        return _TOMBSTONE
    conditions = [says for names, says in _BY_COLUMN.items() if set(names) <= has]
    if "object_id" in has and table != "edges":  # there it names a thing
        conditions.append(_OBJECT)
    conditions += _OF_TABLE.get((namespace, table), [])
    gone = " or ".join(f"coalesce({one}, false)" for one in conditions) or "false"
    if namespace == "knowledge" and table == "entities":
        return Change(gone, _NAMED, {"name": _RENAMED})
    if namespace == "knowledge" and table == "nodes":
        changed = f"({_NAMED}) or entity_id in (select entity_id from gone_attributes)"
        return Change(gone, changed, {"name": _RENAMED, "attributes": _ATTRIBUTES})
    if namespace == "knowledge" and table == "communities" and "summary" in has:
        return Change(gone, _SUMMARISED, dict.fromkeys(("title", "summary", "call_id"), "null"))
    if namespace == "raw_knowledge" and table == "questions":
        return Change(gone, _ASKED_OF, {"reference_list": _REFERENCES})
    return Change(gone)


def _of_ledger(table: str, has: set[str]) -> Change:
    """What was paid stays on record; what was said and answered goes."""
    if table == "calls":
        values = {"input_messages": "null"}
        changed = "call_id in (select call_id from gone_prompts) and input_messages is not null"
        return Change(_OF_TABLE["llm", "calls"][0], changed, values)
    if table == "vectors":
        return Change(_BY_COLUMN[("text_hash",)])
    if table == "attempts":
        values = {"raw_response": "null", "error": "null", "is_forgotten": "true"}
        changed = "call_id in (select call_id from gone_calls) and raw_response is not null"
        return Change("false", changed, {name: values[name] for name in values if name in has})
    return Change()


_ATTRIBUTES = (
    "case when entity_id not in (select entity_id from gone_attributes) then attributes"
    " else cast(to_json(map_from_entries(list_filter("
    "map_entries(cast(cast(attributes as json) as map(varchar, varchar))), pair -> not"
    " list_contains(getvariable('gone_attributes'),"
    " {'entity_id': entity_id, 'attribute': pair.key, 'value': pair.value})))) as varchar) end"
)
_SUMMARISED = "community_id in (select community_id from gone_summaries) and summary is not null"
_RENAMED = (
    "coalesce(list_filter(getvariable('gone_names'),"
    " one -> one.entity_id = entity_id and one.name = name)[1].instead, name)"
)
_REFERENCE = (
    "one -> not list_contains(getvariable('gone_places'),"
    " {'source': json_extract_string(one, '$.source'),"
    " 'place': json_extract_string(one, '$.native_id')})"
)
_LEFT = f"list_filter(cast(cast(reference_list as json) as json[]), {_REFERENCE})"
_REFERENCES = f"cast(to_json({_LEFT}) as varchar)"
_ASKED_OF = f"len({_LEFT}) < json_array_length(reference_list)"
