"""What is promised of verdicts on pairs notices what it is there for."""

from __future__ import annotations

import duckdb
import pytest

from expectations.experiments.pairs import TABLES

TABLE_NAMES = tuple(table.name for table in TABLES)


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    """A pair that is won, one that goes by place and one that is unread, of one judge."""
    session = duckdb.connect()
    session.execute(
        "create table pair_verdicts as select *, gen_id[1:1] || '1' as first_gen_id,"
        " gen_id[1:1] || '2' as second_gen_id, 't' as template_hash, 'j' as model_id,"
        " 'm' as model, '{}' as parameters from (values"
        " ('ax', 'ok', 'first'), ('ay', 'ok', 'second'), ('px', 'ok', 'first'),"
        " ('py', 'repaired', 'first'), ('ux', 'ok', 'first'), ('uy', 'invalid', null)"
        ") as verdicts (gen_id, status, verdict)"
    )
    session.execute(
        "update pair_verdicts set first_gen_id = second_gen_id, second_gen_id = first_gen_id"
        " where gen_id[2:2] = 'y'"
    )
    session.execute(
        "create table pair_results as select 'c' as cohort_id, * from (values"
        " ('ax', 'ay', 'first', 'second', 'a', 0.0), ('px', 'py', 'first', 'first', 'position',"
        " 0.5), ('ux', 'uy', 'first', null, 'unread', null)"
        ") as results (gen_id_ab, gen_id_ba, verdict_ab, verdict_ba, outcome, share_b)"
    )
    session.execute(
        "create table win_rates as select 'c' as cohort_id, 'generation_model' as factor,"
        " 'm' as item_a, 'n' as item_b, 'j' as judge, 0.25 as win_rate, 0.02 as low, 0.86 as high,"
        " 3 as result_count, 1 as a_count, 0 as b_count, 0 as tie_count, 1 as position_count,"
        " 1 as unread_count"
    )
    session.execute(
        "create table position_bias as select 'c' as cohort_id, 'j' as evaluation_model_id,"
        " 1.0 as first_share, 0.2 as low, 1.0 as high, 30 as result_count, 2 as unread_count,"
        " 10 as position_count"
    )
    return session


def broken(session: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the promises about rows that a query finds broken."""
    return {
        f"{table.name}: {promise.name}"
        for table in TABLES
        for promise in table.promises
        if (query := promise.arguments.get("unexpected_rows_query"))
        and _reads_known(query)
        and session.execute(
            query.format(batch=table.name, **{name: name for name in TABLE_NAMES})
        ).fetchall()
    }


def _reads_known(query: str) -> bool:
    """Say whether a query reads tables of pairs only."""
    try:
        query.format(batch="", **dict.fromkeys(TABLE_NAMES, ""))
    except KeyError:
        return False
    return True


def test_what_is_right_breaks_nothing(session: duckdb.DuckDBPyConnection) -> None:
    assert broken(session) == set()


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("update pair_verdicts set verdict = null where gen_id = 'ax'",
         {"pair_verdicts: an answer that can be used is a verdict, and nothing else is"}),
        ("update pair_verdicts set verdict = 'tie' where gen_id = 'uy'",
         {"pair_verdicts: an answer that can be used is a verdict, and nothing else is"}),
        ("update pair_results set outcome = 'b', share_b = 1 where gen_id_ab = 'px'",
         {"pair_results: only what both orders say is a win"}),
        ("update pair_results set outcome = 'tie' where gen_id_ab = 'ax'",
         {"pair_results: only what both orders say is a win"}),
        ("update pair_results set share_b = 0.5 where gen_id_ab = 'ux'",
         {"pair_results: only what both orders say is a win"}),
        ("delete from pair_results where gen_id_ab = 'px'",
         {"pair_results: verdicts on a pair in both orders are brought together"}),
        ("update win_rates set high = 0.2",
         {"win_rates: an interval holds its rate"}),
        ("update win_rates set tie_count = 1",
         {"win_rates: each pair is a win, a loss, a tie, a matter of place or unread"}),
        ("update position_bias set first_share = 0.1",
         {"position_bias: an interval holds its share"}),
        ("update position_bias set position_count = 15",
         {"position_bias: at most half of the pairs of a judge go by place"}),
    ],
)  # fmt: skip
def test_a_promise_about_pairs_notices_what_it_is_there_for(
    session: duckdb.DuckDBPyConnection, planted: str, found: set[str]
) -> None:
    session.execute(planted)
    assert broken(session) == found


@pytest.mark.parametrize("is_told_otherwise", [False, True])
def test_a_verdict_whose_other_order_was_never_asked_breaks_nothing(
    session: duckdb.DuckDBPyConnection, is_told_otherwise: bool
) -> None:
    """A run that was stopped, and a study that was changed then, leave such verdicts."""
    session.execute("delete from pair_results where gen_id_ab = 'ax'")
    if is_told_otherwise:  # the version that came then asks the same with other parameters
        session.execute("update pair_verdicts set parameters = 'new' where gen_id = 'ay'")
    else:
        session.execute("delete from pair_verdicts where gen_id = 'ay'")
    assert broken(session) == set()
