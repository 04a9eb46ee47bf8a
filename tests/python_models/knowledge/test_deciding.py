"""Which anchors a person's word is kept by: names where one thing bears them, else places."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from ingestion.knowledge.decisions import DecisionRefused, decide, in_force, kept, waiting
from python_models.knowledge.deciding import UnknownEntity, merge_pair, places_of, split_pairs
from python_models.release.release_macros import FOLDER

MENTIONS = [  # entity, document, type, name, anchor, how often
    ("e1", "d1", "service", "Ledger", "name:service:ledger:d1", 3),
    ("e1", "d2", "service", "Ledger", "name:service:ledger:d2", 1),
    ("e1", "d2", "service", "Bookkeeper", "name:service:bookkeeper:d2", 1),
    ("e2", "d3", "service", "Quay", "name:service:quay:d3", 2),
    ("e3", "d4", "person", "Jo Berg", "name:person:jo berg:d4", 2),
    ("e4", "d5", "person", "Jo Berg", "name:person:jo berg:d5", 2),
    ("e4", "d5", "person", "", "strong:email:jo@x.io", 1),
]


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return tables of a release with the macro that finds things by their names."""
    with duckdb.connect() as session:
        session.execute("create schema knowledge")
        session.execute(
            "create table knowledge.grid_cells as select 'r' as resolution_id, 'g' as grid_id,"
            " 'c' as cell_id, true as released"
        )
        session.execute("create table knowledge.current as select 'r' as resolution_id")
        session.execute(
            "create table knowledge.entity_mentions (entity_id varchar, object_id varchar,"
            " type varchar, name varchar, anchor varchar, mention_count bigint,"
            " resolution_id varchar default 'r')"
        )
        session.executemany(
            "insert into knowledge.entity_mentions values (?, ?, ?, ?, ?, ?, 'r')", MENTIONS
        )
        session.execute(
            "create table knowledge.entity_aliases as select resolution_id, entity_id, 'name' as"
            " kind, name as alias, sum(mention_count) as mention_count"
            " from knowledge.entity_mentions where name <> '' group by all"
        )
        session.execute((FOLDER / "knowledge" / "entity_ids.sql").read_text(encoding="utf-8"))
        yield session


def test_a_name_one_thing_bears_is_meant_wherever_it_stands(
    release: duckdb.DuckDBPyConnection,
) -> None:
    assert merge_pair(release, "ledger", "e2") == ("name:service:ledger:*", "name:service:quay:*")


def test_a_shared_name_is_meant_where_it_stands_and_an_id_goes_first(
    release: duckdb.DuckDBPyConnection,
) -> None:
    assert merge_pair(release, "e3", "e4") == ("name:person:jo berg:d4", "strong:email:jo@x.io")
    with pytest.raises(UnknownEntity, match="e3, e4"):
        places_of(release, "Jo Berg")


def test_a_split_keeps_names_or_documents_apart_from_the_rest(
    release: duckdb.DuckDBPyConnection,
) -> None:
    by_name, together = split_pairs(release, "e1", ["bookkeeper"])
    assert by_name == [("name:service:bookkeeper:*", "name:service:ledger:*")]
    assert together == []
    by_document, together = split_pairs(release, "e1", ["d2"])
    assert {one for one, _ in by_document} == {
        "name:service:ledger:d2", "name:service:bookkeeper:d2"
    }  # fmt: skip
    assert {rest for _, rest in by_document} == {"name:service:ledger:*"}
    assert len(together) == 1
    with pytest.raises(UnknownEntity, match="Nothing of 'e1' would be left"):
        split_pairs(release, "e1", ["Ledger", "Bookkeeper"])
    with pytest.raises(UnknownEntity, match="no name"):
        split_pairs(release, "e1", ["Quay"])


def test_decisions_wait_until_they_land_and_the_newest_word_counts() -> None:
    [first] = decide("merge", [("a", "b")], "one thing", "me")
    [second] = decide("keep_apart", [("b", "a")], "two after all", "me")
    assert [row["decision_id"] for row in waiting({first})] == [second]
    assert [row["decision_id"] for row in in_force(kept())] == [second]
    decide("undo", [], "not so", "me", undoes=second)
    assert [row["decision_id"] for row in in_force(kept())] == [first]
    with pytest.raises(DecisionRefused, match="REASON"):
        decide("merge", [("a", "b")], " ", "me")
    with pytest.raises(DecisionRefused, match="one of merge"):
        decide("marry", [("a", "b")], "why", "me")
