"""Summaries of communities: only where asked for, once for the same things, of what a tier sees."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from python_models.knowledge.forgetting.plan_queries import QUERIES
from python_models.knowledge.graph.tables import PROJECTED
from python_models.knowledge.summaries import questions, summarised
from tests.python_models.llm.server import Server

KNOWN = datetime(2025, 3, 1)
LISTS = (("c1", '["a","b"]'), ("c2", '["c"]'))


def rows(*communities: str, relation: str = "uses", graph_id: str = "g") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for names in communities:
        found.append({"row_kind": "community", "community_id": f"c-{names}", "tier": "open",
                      "attributes": json.dumps(list(names))})  # fmt: skip
        found += [{"row_kind": "node", "entity_id": one, "name": one.upper(), "type": "Service"}
                  for one in names]  # fmt: skip
        found += [{"row_kind": "edge", "subject_id": names[0], "object_id": one, "tier": "open",
                   "relation": relation} for one in names[1:]]  # fmt: skip
    empty = dict.fromkeys(PROJECTED.names)
    return [empty | {"graph_id": graph_id, "known_from": KNOWN} | row for row in found]


def build(
    session: duckdb.DuckDBPyConnection, graph: list[dict[str, Any]], is_on: bool = True
) -> list[tuple[str, str]]:
    """Build as the model does, over what the last build left."""
    known = session.sql("from duckdb_tables() where table_name = 'last'").fetchall()
    cells = session.sql("select 'g' as graph_id, true as released union select 'other', false")
    graphs = session.from_arrow(pa.Table.from_pylist(graph, PROJECTED))
    found = summarised(session, graphs, cells, "last" if known else None, is_on)
    session.register("found", found)
    session.execute("create or replace table last as from found")
    return sorted((row["community_id"], row["status"]) for row in found.to_pylist())


def test_only_communities_of_other_members_are_paid(server: Server) -> None:
    session = duckdb.connect()
    other = rows("xyz", graph_id="other")  # of a cell that is not released
    assert build(session, [*rows("abc", "def"), *other], is_on=False) == []
    assert server.counters()["requests"] == 0
    first = build(session, [*rows("abc", "def"), *other])
    assert first == [("c-abc", "ok"), ("c-def", "ok")]
    assert build(session, rows("abc", "def", relation="runs_on")) == first
    assert server.counters()["requests"] == 2
    assert build(session, rows("abc", "defg")) == [("c-abc", "ok"), ("c-defg", "ok")]
    assert server.counters()["requests"] == 3
    assert build(session, rows("abc"), is_on=False) == [("c-abc", "ok")]


def test_a_prompt_has_what_its_tier_may_see_and_what_is_known_still() -> None:
    graph = rows("abc")
    graph += [row | {"relation": name, **more} for row in graph if row["row_kind"] == "edge"
              for name, more in (("hides", {"tier": "private"}), ("was", {"known_to": KNOWN}),
                                 ("left", {"object_id": "z"}))]  # fmt: skip
    (asked,) = questions(graph)
    assert asked["things"] == ["A (Service)", "B (Service)", "C (Service)"]
    assert asked["relations"] == ["A (Service) uses B (Service)", "A (Service) uses C (Service)"]


@pytest.mark.parametrize(
    ("table", "row"), [("gone_entities", "('b')"), ("gone_names", "('b')"), ("edges", "('b')")]
)
def test_what_a_forgotten_object_told_of_may_stand_in_the_summary_of_its_things(
    table: str, row: str
) -> None:
    session = duckdb.connect()
    for name in ("gone_entities (entity_id", "gone_names (entity_id", "edges (subject_id"):
        session.execute(f"create table {name} varchar)")
    session.execute(f"insert into {table} values {row}")
    session.execute("alter table edges add graph_id varchar; alter table edges add edge_id varchar")
    session.execute("update edges set graph_id = 'g', edge_id = 'e'")
    session.execute("create table gone_edges as select 'g' as graph_id, 'e' as edge_id")
    session.execute("create table communities (community_id varchar, members varchar)")
    session.executemany("insert into communities values (?, ?)", LISTS)
    (query,) = (one for one in QUERIES if "gone_summaries" in one)
    session.execute(query)
    assert session.sql("from gone_summaries").fetchall() == [("c1",)]
