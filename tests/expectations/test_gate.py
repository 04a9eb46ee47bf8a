"""A gate passes or raises, and tells either way."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import duckdb
import pytest

from expectations.gate import GateFailed, listed
from expectations.promise import between, filled, no_rows, promise, table, unique
from tests.expectations.running import declare, journaled, pass_gate

THINGS = """
create or replace table things as
select i as thing_id, 'L' || (i % 2) as load_id, i * 1.0 as size, i % 4 as kind
from range(100) as numbers(i)
"""


def test_a_gate_gives_one_row_for_each_promise(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    promised = [*filled("thing_id", "size"), unique("thing_id"), unique("thing_id", "kind")]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"])])
    rows = pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert [row["success"] for row in rows] == [True] * 4
    assert len({row["promise_id"] for row in rows}) == 4
    assert len(journaled("gate_shop__after_landing")) == 4


def test_a_broken_critical_promise_names_gate_table_promise_count_and_keys(
    session: duckdb.DuckDBPyConnection,
) -> None:
    session.execute(THINGS)
    promised = [between("size is small", "critical", "size", 0, 89), *filled("kind")]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"])])
    with pytest.raises(GateFailed) as failed:
        pass_gate(session, "shop", "after_landing", {"things": "things"})
    text = str(failed.value)
    assert "gate_shop__after_landing stops the build: 1 of 2 critical promises broken" in text
    assert "things: size is small -- 10 of 100 rows (10 %)" in text
    assert "thing_id=90" in text
    row = journaled("gate_shop__after_landing")["things: size is small"]
    assert (row["success"], row["broken_check"], row["unexpected_count"]) == (0, 0, 10)
    assert json.loads(row["sample_keys"])[0] == {"thing_id": 90, "size": "90.0"}


def test_a_query_that_finds_rows_breaks_its_promise(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    session.execute("create table kinds as select 0 as kind union all select 1")
    orphans = "select thing_id from {batch} where kind not in (select kind from {kinds})"
    declare(
        "shop", "after_landing", [table("things", [no_rows("known kind", "critical", orphans)])]
    )
    with pytest.raises(GateFailed, match="known kind -- 50 unexpected rows"):
        pass_gate(session, "shop", "after_landing", {"things": "things", "kinds": "kinds"})


def test_a_broken_warning_stops_nothing(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    promised = [between("size is small", "warn", "size", 0, 10), *filled("kind")]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"])])
    rows = pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert [row["success"] for row in rows] == [False, True]
    assert journaled("gate_shop__after_landing")["things: size is small"]["success"] == 0


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (no_rows("odd", "critical", "select thing_id from {batch} where colour = 1"), "colour"),
        (between("odd", "critical", "colour", 0, 1), "colour"),
        (promise("odd", "critical", "expect_column_to_be_pretty", column="size"), "pretty"),
    ],
)
def test_a_broken_check_is_told_apart_from_broken_data(
    session: duckdb.DuckDBPyConnection, broken: object, word: str
) -> None:
    session.execute(THINGS)
    declare("shop", "after_landing", [table("things", [broken, *filled("kind")], key=["thing_id"])])
    with pytest.raises(GateFailed, match=word):
        pass_gate(session, "shop", "after_landing", {"things": "things"})
    rows = journaled("gate_shop__after_landing").values()
    assert any(row["broken_check"] and not row["success"] for row in rows)


def test_a_broken_check_leaves_its_neighbours_judged(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    wrong = no_rows("odd", "warn", "select thing_id from {batch} where colour = 1")
    promised = [wrong, between("size is small", "warn", "size", 0, 10), *filled("kind")]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"])])
    rows = pass_gate(session, "shop", "after_landing", {"things": "things"})
    found = {row["expectation"]: (row["success"], row["broken_check"]) for row in rows}
    assert found["odd"] == (False, True)
    assert found["size is small"] == (False, False)
    assert found["kind is filled"] == (True, False)


def test_promises_about_a_table_that_is_not_handed_over_are_an_error(
    session: duckdb.DuckDBPyConnection,
) -> None:
    declare("shop", "after_landing", [table("things", filled("thing_id"), key=["thing_id"])])
    with pytest.raises(GateFailed, match="does not hand over"):
        pass_gate(session, "shop", "after_landing", {})
    (row,) = journaled("gate_shop__after_landing").values()
    assert (row["success"], row["broken_check"], row["severity"]) == (0, 1, "critical")


def test_empty_tables_keep_every_promise_about_values(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    session.execute("create table nothing as select * from things where false")
    promised = [
        *filled("thing_id"),
        between("size", "critical", "size", 0, 1),
        unique("thing_id"),
        unique("thing_id", "kind"),
        no_rows("none", "critical", "select thing_id from {batch}"),
    ]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"], since="load_id")])
    rows = pass_gate(session, "shop", "after_landing", {"things": "nothing"})
    assert all(row["success"] for row in rows)
    assert {row["judged_up_to"] for row in rows} == {None}


def test_what_passed_once_is_not_judged_again(session: duckdb.DuckDBPyConnection) -> None:
    session.execute("create table things (thing_id integer, load_id varchar, size double)")
    session.execute("insert into things select i, 'L1', 1 from range(90) as numbers(i)")
    many = between("size is small", "critical", "size", 0, 10, mostly=0.8)
    declare("shop", "after_landing", [table("things", [many], key=["thing_id"], since="load_id")])
    (row,) = pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert row["judged_up_to"] == "L1"
    session.execute("insert into things select i, 'L2', 99 from range(5) as numbers(i)")
    with pytest.raises(GateFailed, match=r"5 of 5 rows \(100 %\)"):
        pass_gate(session, "shop", "after_landing", {"things": "things"})
    with pytest.raises(GateFailed, match="5 of 5 rows"):  # it is judged until it passes
        pass_gate(session, "shop", "after_landing", {"things": "things"})


def test_a_delivery_that_a_person_lets_pass_is_never_asked_about_again(
    session: duckdb.DuckDBPyConnection,
) -> None:
    session.execute(THINGS)
    small = between("size is small", "critical", "size", 0, 97)
    declare("shop", "after_landing", [table("things", [small], key=["thing_id"], since="load_id")])
    with pytest.raises(GateFailed, match="2 of 100 rows") as failed:
        pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert "make build ACCEPT=L0,L1" in str(failed.value)
    with pytest.raises(GateFailed, match="1 of 50 rows[^$]*ACCEPT=L1$"):
        pass_gate(session, "shop", "after_landing", {"things": "things"}, ["L0"])
    rows = pass_gate(session, "shop", "after_landing", {"things": "things"}, ["L1"])
    assert [row["expectation"] for row in rows] == [
        "size is small",
        "delivery L1 is let pass by hand",
    ]
    session.execute("drop table main.gate_shop__after_landing")  # the build database made anew
    (row,) = pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert row["success"]


def test_changed_promises_judge_everything_anew(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    for highest, unexpected in ((200, 0), (89, 10)):
        small = between("size is small", "warn", "size", 0, highest)
        declare(
            "shop", "after_landing", [table("things", [small], key=["thing_id"], since="load_id")]
        )
        (row,) = pass_gate(session, "shop", "after_landing", {"things": "things"})
        assert row["unexpected_count"] == unexpected


def test_a_secret_in_the_data_reaches_no_message(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_API_KEY", "sk-canary-0123456789")
    session.execute("create table things as select 'sk-canary-0123456789' as thing_id, 9 as size")
    promised = [between("size is small", "critical", "size", 0, 1)]
    declare("shop", "after_landing", [table("things", promised, key=["thing_id"])])
    with pytest.raises(GateFailed) as failed:
        pass_gate(session, "shop", "after_landing", {"things": "things"})
    assert "canary" not in str(failed.value)
    assert "canary" not in json.dumps(journaled("gate_shop__after_landing"))


def test_gates_of_two_threads_do_not_mix(session: duckdb.DuckDBPyConnection) -> None:
    session.execute(THINGS)
    for name, highest in (("one", 79), ("two", 59)):
        small = between("size is small", "warn", "size", 0, highest)
        declare(name, "after_landing", [table("things", [small], key=["thing_id"])])
    found: dict[str, int] = {}

    def judge(name: str, cursor: duckdb.DuckDBPyConnection) -> None:
        for _ in range(3):
            (row,) = pass_gate(cursor, name, "after_landing", {"things": "things"})
            found[name] = row["unexpected_count"]

    threads = [
        threading.Thread(target=judge, args=(name, session.cursor())) for name in ("one", "two")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"one": 20, "two": 40}


_BIG = """
import resource, duckdb
import expectations.engine
from expectations.promise import between, filled, no_rows, table
from tests.expectations.running import declare, pass_gate
con = duckdb.connect()
con.execute("set memory_limit = '256MB'")
con.execute("create table big as select i as id, hash(i)::varchar as word, random() as size, "
            "case when i % 5 > 0 then i end as gap from range(3000000) as numbers(i)")
promised = [*filled("id", "word"), *filled("gap", severity="warn"),
            between("size", "warn", "size", 0, 0.5),
            no_rows("word", "warn", "select id, word from {batch} where size > 0.1")]
declare("big", "after_landing", [table("big", promised, key=["id"])])
con.execute("select max(id), max(word), max(size), max(gap) from big").fetchall()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = pass_gate(con, "big", "after_landing", {"big": "big"})
print([row["unexpected_count"] for row in rows])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_rows_stay_in_duckdb() -> None:
    """Three million rows, most of which break a promise, cost next to no memory to judge."""
    done = subprocess.run(
        [sys.executable, "-c", _BIG], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
    counts, grown = done.stdout.splitlines()[-2:]
    assert counts.startswith("[0, 0, 600000, ")
    assert int(grown) < 150_000  # KB; the same rows as a pandas frame are some 400 MB


def test_accepted_loads_may_be_written_as_a_list_or_a_text() -> None:
    assert listed(["1.5", 2.5]) == listed("1.5, 2.5") == listed("1.5 2.5") == ["1.5", "2.5"]
    assert listed(None) == listed("") == []
