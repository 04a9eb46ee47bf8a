"""What must hold of facts, entities and graphs before they become what readers see."""

from __future__ import annotations

from expectations.knowledge.tiers import TIERS, as_closed_as, edges_as_closed_as_facts
from expectations.promise import filled, no_rows, one_of, refers, table

TABLES = [
    table(
        "facts",
        [
            *filled("fact_id", "object_id", "version", "extractor_id", "tier"),
            as_closed_as("documents", "object_id", "version"),
            no_rows(
                "the words of every fact read back",
                "critical",
                """
                select fact_id from {batch}
                where fact_id in (
                    select made.fact_id from {facts} as made
                    inner join {fact_chunks} as shown on made.fact_id = shown.fact_id
                    inner join {statements} as said
                        on shown.text_hash = said.text_hash
                        and shown.extractor_id = said.extractor_id
                        and shown.ordinal = said.ordinal
                    inner join {texts} as texts on shown.text_hash = texts.text_hash
                    inner join {documents} as documents
                        on made.object_id = documents.object_id
                        and made.version = documents.version
                    where substring(documents.text, made.evidence_start + 1,
                            made.evidence_end - made.evidence_start)
                        is distinct from substring(texts.text, said.evidence_start + 1,
                            said.evidence_end - said.evidence_start)
                )
                """,
                because="a fact is worth what its words are",
            ),
        ],
        key=["fact_id"],
    ),
    table("entities", [*filled("resolution_id", "entity_id", "name")], key=["entity_id"]),
    table(
        "edges",
        [
            *filled("graph_id", "edge_id", "subject_id", "relation", "valid_from", "known_from"),
            one_of("tier", TIERS),
            edges_as_closed_as_facts(),
            one_of("validity", ["state", "event"]),
            no_rows(
                "an edge has a fact that is known as long as it is",
                "critical",
                """
                select graph_id, edge_id, known_from from {batch}
                where (graph_id, edge_id, known_from) not in (
                    select (kept.graph_id, kept.edge_id, kept.known_from) from {edges} as kept
                    inner join {edge_support} as support
                        on kept.graph_id = support.graph_id and kept.edge_id = support.edge_id
                    where support.known_from <= kept.known_from
                        and (support.known_to is null or support.known_to > kept.known_from)
                )
                """,
            ),
            no_rows(
                "an edge is of a relation that its ontology has",
                "critical",
                """
                select graph_id, edge_id, relation from {batch}
                where (graph_id, relation) not in (
                    select (graph_id, content ->> 'relation') from {cells}
                    inner join {ontology_lines} using (ontology_id)
                    where part = 'relations'
                )
                """,
            ),
            no_rows(
                "an edge ends after it begins",
                "critical",
                """
                select graph_id, edge_id, known_from from {batch}
                where valid_to <= valid_from or known_to <= known_from
                """,
            ),
        ],
        key=["graph_id", "edge_id", "known_from"],
    ),
    table(
        "edge_support",
        [
            refers("fact_id", "facts", "fact_id"),
            as_closed_as("facts", "fact_id"),
            no_rows(
                "what supports an edge is asserted",
                "critical",
                """
                select graph_id, edge_id, fact_id, polarity from {batch}
                inner join {facts} using (fact_id) where polarity <> 'asserted'
                """,
            ),
        ],
        key=["graph_id", "edge_id", "fact_id"],
    ),
    table(
        "nodes",
        [
            *filled("graph_id", "entity_id", "type", "valid_from", "known_from"),
            no_rows(
                "a node is of a type that its ontology has",
                "critical",
                """
                select graph_id, entity_id, type from {batch}
                where (graph_id, type) not in (
                    select (graph_id, content ->> 'type') from {cells}
                    inner join {ontology_lines} using (ontology_id) where part = 'types'
                )
                """,
            ),
            no_rows(
                "no node is of deleted documents alone",
                "critical",
                """
                select graph_id, entity_id from {batch}
                inner join {cells} using (graph_id)
                where known_to is null and (resolution_id, entity_id) not in (
                    select (resolution_id, entity_id) from {entity_mentions}
                    inner join {corpus_members} as members using (object_id)
                    where members.known_to is null
                )
                """,
            ),
        ],
        key=["graph_id", "entity_id", "valid_from", "known_from"],
    ),
]
