"""Summaries of communities: a title and what ties the things, asked once for the same things.

A community is known by its members. One that had an answer in the last build keeps it, whatever
else is known of its members since: only new communities are paid.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from ingestion.lakehouse.tiers import TIERS
from python_models.knowledge.relations import rows_of
from python_models.llm.asking.results import CALL_FIELDS, answer_fields
from python_models.llm.run import run_step
from python_models.llm.step import GOOD, Step

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

PROMPT = Path(__file__).parent / "prompts" / "community.jinja"
NODE = "llm_knowledge__communities_summarised"
MOST_THINGS, MOST_RELATIONS = 60, 120  # of a prompt; the best tied come first
Row = Mapping[str, Any]


class CommunitySummary(BaseModel):
    """What a community is called, and what ties its things."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=100)]
    summary: Annotated[str, Field(min_length=1, max_length=800)]


STEP = Step("knowledge_community", PROMPT, CommunitySummary, key=("community_id",))
SUMMARISED = pa.schema(
    [("community_id", pa.string()), *answer_fields(CommunitySummary), *CALL_FIELDS]
)


def summarised(
    session: DuckDBPyConnection,
    graphs: DuckDBPyRelation,
    cells: DuckDBPyRelation,
    known: str | None,
    is_on: bool,
) -> pa.Table:
    """Return the summaries of the communities of the released graph.

    Args:
        session: dbt's connection.
        graphs: rows of `PROJECTED`.
        cells: those of grids, one of them `released`.
        known: name of the table an earlier build left, None when there is none.
        is_on: whether new ones are asked for.

    Raises:
        StepFailed: more answers failed than are tolerated.
    """
    released = [name for (name,) in cells.filter("released").project("graph_id").fetchall()]
    of_graph = graphs.filter("graph_id = '" + (released[0] if released else "") + "'")
    there = {row["community_id"] for row in rows_of(of_graph.filter("row_kind = 'community'"))}
    kept = _kept(session, known, there)
    have = set(kept["community_id"].to_pylist())
    if not is_on or there <= have:
        return kept  # a graph may be large: it is read for what is asked
    told = rows_of(of_graph.filter("row_kind in ('node', 'edge', 'community')"))
    new = [row for row in questions(told) if row["community_id"] not in have]
    answers = run_step(session, pa.Table.from_pylist(new), STEP, node=NODE)
    return pa.concat_tables([kept, answers.select(SUMMARISED.names).cast(SUMMARISED)])


def questions(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield what is asked of each community: its things, and the relations its tier may see."""
    of_kind: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_kind[row["row_kind"]].append(row)
    called = {
        row["entity_id"]: f"{row['name']} ({row['type']})"
        for row in sorted(of_kind["node"], key=lambda row: row["known_from"])
    }
    for community in sorted(of_kind["community"], key=lambda row: row["community_id"]):
        members = json.loads(community["attributes"])
        inside = set(members)
        seen = TIERS[: TIERS.index(community["tier"]) + 1]
        said = {
            f"{called.get(row['subject_id'], '?')} {row['relation']}"
            f" {called.get(row['object_id'], '?')}"
            for row in of_kind["edge"]
            if row["tier"] in seen
            and not row["known_to"]
            and row["subject_id"] in inside
            and row["object_id"] in inside
        }
        yield {
            "community_id": community["community_id"],
            "things": [called[one] for one in members if one in called][:MOST_THINGS],
            "relations": sorted(said)[:MOST_RELATIONS],
        }


def _kept(session: DuckDBPyConnection, known: str | None, wanted: set[str]) -> pa.Table:
    """Return the good answers of the last build for communities that are still there."""
    if known is None or not set(SUMMARISED.names) <= set(session.table(known).columns):
        return SUMMARISED.empty_table()
    rows = [
        row
        for row in rows_of(session.table(known).project(", ".join(SUMMARISED.names)))
        if row["community_id"] in wanted and row["status"] in GOOD
    ]
    return pa.Table.from_pylist(rows, SUMMARISED)
