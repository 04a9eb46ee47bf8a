"""The gate over answers counts the bad ones among those that were asked, by stage."""

from __future__ import annotations

import contextlib

import duckdb
import pytest

from expectations.gate import GateFailed
from tests.expectations.running import journaled, pass_gate

STAGES = {"drafts": "draft", "essays": "essay", "evaluations": "evaluation"}
ANSWERS = 20


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    """Twenty good answers of each stage, each built on one of the stage before."""
    session = duckdb.connect()
    columns = (
        "select '{stage}' || answer as gen_id, '{stage}' as stage, 'ok' as status,"
        " cast(null as varchar) as error, 'a text' as parsed, 'llm' as generator,"
        " 'c' || answer as call_id, 'offline-rules' as provider, 'm' as model,"
        " {parent} as parent_gen_id, 0.0 as cost_usd"
        f" from range({ANSWERS}) as answers (answer)"
    )
    before = "null"
    for name, stage in STAGES.items():
        session.execute(f"create table {name} as {columns.format(stage=stage, parent=before)}")
        before = f"'{stage}' || answer"
    union = " union all ".join(f"select gen_id, stage from {name}" for name in STAGES)
    session.execute(f"create table planned as {union}")
    pairs = columns.format(stage="comparison", parent="'essay' || answer")
    session.execute(f"create table pairs as {pairs}")
    session.execute("create table pairs_planned as select gen_id, stage from pairs")
    return session


def judge(session: duckdb.DuckDBPyConnection) -> set[str]:
    """Pass the gate; return the promises that broke."""
    names = ("planned", *STAGES, "pairs_planned", "pairs")
    with contextlib.suppress(GateFailed):
        pass_gate(session, "experiments", "after_llm", {name: name for name in names})
    found = journaled("gate_experiments__after_llm")
    return {name for name, row in found.items() if not row["success"]}


def test_good_answers_pass(session: duckdb.DuckDBPyConnection) -> None:
    assert judge(session) == set()


@pytest.mark.parametrize(
    ("bad", "unasked", "broken"),
    [
        (2, 0, set()),
        (3, 0, {"a tenth"}),
        (10, 0, {"a tenth"}),
        (11, 0, {"a tenth", "half"}),
        (3, 15, {"a tenth", "half"}),  # three of the five that were asked
        (0, 20, set()),
    ],
)
def test_bad_answers_are_a_share_of_those_that_were_asked(
    session: duckdb.DuckDBPyConnection, bad: int, unasked: int, broken: set[str]
) -> None:
    """Bad ones may end in several states; what waits or is blocked was not asked."""
    session.execute(
        "update evaluations set status = case when cast(substr(gen_id, 11) as int) % 2 = 0"
        " then 'invalid' else 'truncated' end, error = 'x', parsed = null"
        f" where cast(substr(gen_id, 11) as int) < {bad}"
    )
    session.execute(
        "update evaluations set status = 'blocked', error = 'x', parsed = null"
        f" where cast(substr(gen_id, 11) as int) >= {ANSWERS - unasked}"
    )
    assert judge(session) == {
        f"evaluations: at most {share} of the answers are bad" for share in broken
    }


@pytest.mark.parametrize(
    ("planted", "broken"),
    [
        ("delete from essays where gen_id = 'essay3'",
         {"essays: every planned generation has its row",
          "evaluations: no text is built on one that is not usable",
          "pairs: no text is built on one that is not usable"}),
        ("update drafts set call_id = null where gen_id = 'draft1'",
         {"drafts: a usable text says what it says and who said it"}),
        ("update drafts set status = 'failed', parsed = null where gen_id = 'draft1'",
         {"drafts: what is not usable says why",
          "essays: no text is built on one that is not usable"}),
        ("update essays set cost_usd = -1 where gen_id = 'essay1'",
         {"essays: answers cost nothing or something"}),
        ("update essays set status = 'odd' where gen_id = 'essay1'",
         {"essays: status is a known one", "essays: what is not usable says why",
          "evaluations: no text is built on one that is not usable",
          "pairs: no text is built on one that is not usable"}),
        ("delete from pairs where gen_id = 'comparison4'",
         {"pairs: every planned generation has its row"}),
    ],
)  # fmt: skip
def test_a_promise_notices_what_it_is_there_for(
    session: duckdb.DuckDBPyConnection, planted: str, broken: set[str]
) -> None:
    session.execute(planted)
    assert judge(session) == broken
