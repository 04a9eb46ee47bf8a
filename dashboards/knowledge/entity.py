"""Entity: what a thing is called, what is known of it in order, and who merged or split it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table
from dashboards.parts.text import count, escaped, facts, quotes
from ingestion.knowledge.decisions import DecisionRefused, decide, kept
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.user_name import user_name
from python_models.knowledge.deciding import UnknownEntity, merge_pair, split_pairs
from python_models.release.reader import open_release

FOUND = """
with called as (  -- as graph and timeline call it: by its newest name
    select entity_id, max_by(name, valid_from) as name
    from knowledge.nodes
    where graph_id = (select graph_id from knowledge.current) and known_to is null
    group by entity_id
)
select coalesce(called.name, entities.name) as name, entities.type, entities.document_count,
    entities.mention_count, entities.tier, entities.entity_id
from knowledge.entities
left join called on entities.entity_id = called.entity_id
where resolution_id = (select resolution_id from knowledge.current) and (
    $text = '' or entities.entity_id = $text or entities.entity_id in (
        select entity_id from knowledge.entity_aliases
        where resolution_id = (select resolution_id from knowledge.current)
            and contains(lower(alias), lower($text))
    )
)
order by lower(called.name) is not distinct from lower($text) desc, entities.mention_count desc,
    entities.name, entities.entity_id
limit 100
"""
ALIASES = """
select kind, alias, mention_count, tier from knowledge.entity_aliases
where resolution_id = (select resolution_id from knowledge.current) and entity_id = $entity
order by kind = 'name' desc, mention_count desc, alias
"""
TIMELINE = "select * from knowledge.timeline($entity)"
WHY = """
select words, title, source, said_at, known_from, known_to, uri, object_id, call_id
from knowledge.why($edge)
"""
DOCUMENTS = """
select documents.title, documents.source, mentions.name, mentions.type, mentions.mention_count,
    mentions.object_id
from knowledge.entity_mentions as mentions
inner join knowledge.documents as documents
    on mentions.object_id = documents.object_id and mentions.version = documents.version
where mentions.resolution_id = (select resolution_id from knowledge.current)
    and mentions.entity_id = $entity and documents.is_current
order by mentions.mention_count desc, documents.title, mentions.object_id
"""
MERGES = """
select rule, anchor, other_anchor, score, decision_id from knowledge.entity_merges
where resolution_id = (select resolution_id from knowledge.current) and entity_id = $entity
order by rule, anchor, other_anchor
"""
DECISIONS = """
select kind, anchor, other_anchor, reason, decided_by, decided_at, is_in_force, matched_count,
    decision_id
from knowledge.entity_decisions order by decided_at desc
"""
NUMBER = st.column_config.NumberColumn
COLUMNS: dict[str, Any] = {
    "name": "Name",
    "alias": "Name or id",
    "type": "Said to be",
    "kind": "Kind",
    "tier": "Tier",
    "document_count": NUMBER("Documents"),
    "mention_count": NUMBER("Named"),
    "fact_count": NUMBER("Facts"),
    "valid_from": "Holds from",
    "valid_to": "Until",
    "validity": "Kind",
    "subject": "Thing",
    "relation": "Relation",
    "object": "Other thing or value",
    "known_from": "Known from",
    "known_to": "Withdrawn",
    "words": "Words",
    "title": "Document",
    "source": "Source",
    "said_at": "Said",
    "uri": "Address",
    "rule": "Rule",
    "anchor": "One",
    "other_anchor": "Other",
    "score": NUMBER("Score", format="%.2f"),
    "reason": "Reason",
    "decided_by": "By",
    "decided_at": "When",
    "is_in_force": "In force",
    "matched_count": NUMBER("Names it matches"),
    "decision_id": "Decision",
}
HIDDEN: dict[str, Any] = COLUMNS | {"entity_id": None, "edge_id": None, "subject_id": None,
                                    "object_id": None, "call_id": None}  # fmt: skip


def show(release: Release) -> None:
    """Find a thing and show what is known of it."""
    ask = asking(release)
    text = st.text_input(
        "Thing", key="entity", bind="query-params", placeholder="a name, a mail address or an id"
    ).strip()
    found = ask(FOUND, text=text)
    if not len(found):
        empty("Nothing of this release is called so.")
        return
    thing = picked(found, "knowledge_entities", COLUMNS | {"entity_id": "Id"})
    if thing is None:
        return
    st.html(
        facts(
            {
                "Name": thing["name"],
                "Said to be": thing["type"],
                "Named": f"{count(thing['mention_count'])} times in "
                f"{count(thing['document_count'])} documents",
            }
        )
    )
    _known(ask, thing["entity_id"])
    _names(ask, thing["entity_id"])
    if lake().journal_db.exists():  # else a copy of released files alone, where nothing is decided
        _decide(thing)
    part("Decisions")
    decisions = ask(DECISIONS)
    if len(decisions):
        table(decisions, "knowledge_decisions", COLUMNS)
    else:
        empty("Nobody has decided anything yet.")


def _known(ask: Ask, entity_id: str) -> None:
    """Show the timeline, and of the edge chosen its words."""
    part("Timeline", "What is known now, in the order it came about.")
    edges = ask(TIMELINE, entity=entity_id)
    if not len(edges):
        empty("No document says how it stands to anything.")
        return
    edge = picked(in_words(edges, "relation"), "knowledge_timeline", HIDDEN)
    if edge:
        part("Why")
        why = ask(WHY, edge=edge["edge_id"])
        st.html(quotes(why.column("words").to_pylist()))
        table(why, "knowledge_why", HIDDEN)


def _names(ask: Ask, entity_id: str) -> None:
    part("Names and ids")
    table(ask(ALIASES, entity=entity_id), "knowledge_aliases", COLUMNS)
    part("Where it is named")
    table(ask(DOCUMENTS, entity=entity_id), "knowledge_mentions", COLUMNS | {"object_id": "Id"})
    part("What made it one")
    table(ask(MERGES, entity=entity_id), "knowledge_merges", COLUMNS)


def _decide(thing: dict[str, Any]) -> None:
    """Take a person's word: the same as another thing, or two; it counts from the next run on."""
    part("Decide", "Counts from the next run on, and can be taken back.")
    with st.form("knowledge_decide", border=True):
        kind = st.radio(
            "It is", ("the same as", "not the same as its names or documents"), horizontal=True
        )
        other = st.text_input("Other thing, or names and documents (commas between them)")
        reason = st.text_input("Reason")
        if st.form_submit_button("Keep this"):
            _keep(thing["entity_id"], kind == "the same as", other, reason)
    newest = kept()
    if newest:
        st.caption(f"{count(len(newest))} decisions were made here; the newest runs have them.")


def _keep(entity_id: str, is_merge: bool, other: str, reason: str) -> None:
    try:
        with open_release() as release:
            if is_merge:
                made = decide("merge", [merge_pair(release, entity_id, other)], reason, user_name())
            else:
                mentions = [part.strip() for part in other.split(",") if part.strip()]
                apart, together = split_pairs(release, entity_id, mentions)
                made = decide("keep_apart", apart, reason, user_name())
                made += decide("merge", together, reason, user_name()) if together else []
    except (DecisionRefused, UnknownEntity) as error:
        st.error(escaped(str(error)))
        return
    st.success(f"Decision {', '.join(made)}: it counts from the next run on.")
