"""Edges with two times: told in small stories, and held against every moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from python_models.knowledge.graph.intervals import (
    Edge,
    Said,
    course_of,
    edges_of,
    is_known,
    joined,
    standing,
)

ONE, TWO, THREE = datetime(2025, 1, 10), datetime(2025, 2, 10), datetime(2025, 3, 10)
JAN, FEB, MAR = datetime(2025, 1, 1), datetime(2025, 2, 1), datetime(2025, 3, 1)


def _edges(said: list[Said], is_functional: bool = True) -> set[tuple]:
    return {edge[:5] for edge in edges_of(said, is_functional)[0]}


def test_a_newer_fact_ends_the_older_edge_and_what_was_known_before_stays() -> None:
    said = [
        Said("f1", "atlas", JAN, None, ((ONE, None),)),
        Said("f2", "quay", FEB, None, ((TWO, None),)),
    ]
    assert _edges(said) == {
        ("atlas", JAN, None, ONE, TWO),
        ("atlas", JAN, FEB, TWO, None),
        ("quay", FEB, None, TWO, None),
    }


def test_an_old_value_said_again_begins_a_new_interval() -> None:
    said = [
        Said("f1", "atlas", JAN, None, ((ONE, None),)),
        Said("f2", "quay", FEB, None, ((ONE, None),)),
        Said("f3", "atlas", MAR, None, ((ONE, None),)),
    ]
    assert _edges(said) == {
        ("atlas", JAN, FEB, ONE, None),
        ("quay", FEB, MAR, ONE, None),
        ("atlas", MAR, None, ONE, None),
    }


def test_a_deleted_and_restored_document_gives_two_intervals() -> None:
    said = [Said("f1", "atlas", JAN, None, ((ONE, TWO), (THREE, None)))]
    assert _edges(said) == {("atlas", JAN, None, ONE, TWO), ("atlas", JAN, None, THREE, None)}


def test_an_edge_goes_on_while_one_of_its_facts_is_known() -> None:
    said = [
        Said("f1", "atlas", JAN, None, ((ONE, TWO),)),
        Said("f2", "atlas", JAN, None, ((TWO, None),)),
    ]
    edges, supports, _ = edges_of(said, True)
    assert edges == [Edge("atlas", JAN, None, ONE, None, frozenset({"f1", "f2"}))]
    assert {(one.fact_id, one.known_from, one.known_to) for one in supports} == {
        ("f1", ONE, TWO),
        ("f2", TWO, None),
    }


def test_what_is_withdrawn_no_longer_ends_what_was_before() -> None:
    said = [
        Said("f1", "atlas", JAN, None, ((ONE, None),)),
        Said("f2", "quay", FEB, None, ((TWO, THREE),)),
    ]
    assert ("atlas", JAN, None, THREE, None) in _edges(said)


def test_a_negated_statement_ends_its_own_object_only() -> None:
    said = [
        Said("f1", "ledger", JAN, None, ((ONE, None),)),
        Said("f2", "ledger", FEB, None, ((ONE, None),), is_negated=True),
    ]
    assert _edges(said, False) == {("ledger", JAN, FEB, ONE, None)}


def test_relations_with_many_values_keep_them_side_by_side() -> None:
    said = [
        Said("f1", "ledger", JAN, None, ((ONE, None),)),
        Said("f2", "quay", FEB, None, ((ONE, None),)),
    ]
    assert {edge[:3] for edge in _edges(said, False)} == {
        ("ledger", JAN, None),
        ("quay", FEB, None),
    }


def test_two_values_of_one_day_clash_and_so_do_stated_spans_that_overlap() -> None:
    same_day = [
        Said("f1", "atlas", JAN, None, ((ONE, None),)),
        Said("f2", "quay", JAN, None, ((TWO, THREE),)),
    ]
    clashes = edges_of(same_day, True)[2]
    assert [(start, end, clash[:3]) for start, end, clash in clashes] == [
        (TWO, THREE, ("f1", "f2", JAN))
    ]
    spans = [
        Said("f1", "atlas", JAN, MAR, ((ONE, None),)),
        Said("f2", "quay", FEB, None, ((ONE, None),)),
    ]
    assert edges_of(spans, True)[2][0][2][2:] == (FEB, MAR)
    newer = [spans[0]._replace(valid_to=None), spans[1]]
    assert edges_of(newer, True)[2] == [], "a newer word is no clash"


DAYS = st.integers(0, 6).map(lambda day: JAN + timedelta(days=day))
KNOWN = st.lists(st.tuples(DAYS, DAYS | st.none()), min_size=1, max_size=2).map(
    lambda found: joined((a, b) for a, b in found if b is None or a < b)
)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), DAYS, DAYS | st.none(), KNOWN, st.booleans()), max_size=6
    ),
    st.booleans(),
)
def test_at_every_moment_edges_show_what_was_known_then(rows: list[tuple], one_only: bool) -> None:
    said = [
        Said(f"f{place}", thing, start, end if end and end > start else None, known, denied)
        for place, (thing, start, end, known, denied) in enumerate(rows)
    ]
    edges, supports, _ = edges_of(said, one_only)
    keys = [(edge.object, edge.valid_from, edge.known_from) for edge in edges]
    assert len(keys) == len(set(keys)), "the key of the table"
    for at in [JAN + timedelta(days=day) for day in range(8)]:
        course, _ = course_of([one for one in said if is_known(one.known, at)], one_only)
        shown = {
            edge[:3]
            for edge in edges
            if edge.known_from <= at and (edge.known_to is None or at < edge.known_to)
        }
        assert shown == {(one.object, one.valid_from, one.valid_to) for one in course}
        held = {
            (one.object, one.valid_from, one.fact_id)
            for one in supports
            if one.known_from <= at and (one.known_to is None or at < one.known_to)
        }
        assert held == {(one.object, one.valid_from, fact) for one in course for fact in one.facts}


def test_the_version_before_stands_until_the_new_one_has_all_answers() -> None:
    versions = [("v1", ONE, TWO), ("v2", TWO, THREE), ("v3", THREE, None)]
    assert standing(versions, set()) == {
        "v1": ((ONE, TWO),), "v2": ((TWO, THREE),), "v3": ((THREE, None),)
    }  # fmt: skip
    assert standing(versions, {"v2"}) == {"v1": ((ONE, THREE),), "v3": ((THREE, None),)}
    assert standing(versions, {"v2", "v3"}) == {"v1": ((ONE, None),)}
    assert standing(versions, {"v1"}) == {"v2": ((TWO, THREE),), "v3": ((THREE, None),)}
    deleted = [("v1", ONE, TWO), ("v2", THREE, None)]
    assert standing(deleted, {"v2"}) == {"v1": ((ONE, TWO),)}, "what was deleted does not come back"
