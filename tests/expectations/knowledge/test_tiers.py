"""What stops a build whose rows would be more open than what they were made from."""

from __future__ import annotations

import duckdb

from expectations.gate import judge
from expectations.knowledge import before_release
from expectations.knowledge.tiers import edges_as_closed_as_facts
from expectations.promise import table

PLACE = "'d' as object_id, 'v' as version"
GOOD = {
    "documents": f"select {PLACE}, 'restricted' as tier",
    "facts": f"select {PLACE}, 'f' as fact_id, 'restricted' as tier",
    "chunks": f"select {PLACE}, 'c' as chunk_id, 'restricted' as tier",
    "messages": f"select {PLACE}, 'private' as tier",
    "links": f"select {PLACE}, 'restricted' as tier",
    "corpus_members": f"select {PLACE}, 'restricted' as tier",
    "search_terms": "select 'c' as chunk_id, 'restricted' as tier",
    "edge_support": "select 'g' as graph_id, 'e' as edge_id, 'f' as fact_id, 'restricted' as tier,"
    " 1 as known_from, null::int as known_to",
    "edges": "select 'g' as graph_id, 'e' as edge_id, 2 as known_from, 'restricted' as tier",
}


def broken(**changed: str) -> set[tuple[str, str]]:
    """Return (table, promise) of what these tables break of all that is said of tiers."""
    promises = [
        table(one.name, said)
        for one in before_release.TABLES
        if (said := [told for told in one.promises if "more open than" in told.name])
    ]
    with duckdb.connect() as session:
        gate = "gate_knowledge__before_release"
        outcomes = judge(session, gate, None, promises, GOOD | changed, [])
    return {(one.table_name, one.expectation) for one in outcomes if not one.success}


def test_rows_of_the_tier_of_their_document_pass_and_stricter_ones_too() -> None:
    assert broken() == set()


def test_a_row_that_is_more_open_than_its_document_stops_the_release() -> None:
    for name in ("facts", "chunks", "messages", "links", "corpus_members"):
        looser = GOOD[name].replace("'restricted'", "'open'").replace("'private'", "'open'")
        assert (name, "no row is more open than its documents row") in broken(**{name: looser})


def test_a_word_that_is_more_open_than_its_chunk_stops_the_release() -> None:
    looser = GOOD["search_terms"].replace("restricted", "open")
    assert broken(search_terms=looser) == {
        ("search_terms", "no row is more open than its chunks row")
    }


def test_an_edge_that_is_more_open_than_a_fact_that_carries_it_stops_the_release() -> None:
    says = edges_as_closed_as_facts().name
    looser = GOOD["edges"].replace("restricted", "open")
    assert broken(edges=looser) == {("edges", says)}
    ended = GOOD["edge_support"].replace("null::int", "2")  # that fact carries it no longer
    assert broken(edges=looser, edge_support=ended) == set()


def test_a_row_without_a_tier_is_the_owners_alone() -> None:
    private = GOOD["documents"].replace("'restricted'", "null::varchar")
    assert ("facts", "no row is more open than its documents row") in broken(documents=private)
