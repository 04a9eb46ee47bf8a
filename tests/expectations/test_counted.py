"""What is found kept by counting is what Great Expectations finds, and it says the same of it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from expectations.constants import settled
from expectations.counted import kept_promises
from expectations.grouped import by_one_column
from expectations.outcome import Outcome, outcomes_of
from expectations.promise import (
    Promise,
    between,
    filled,
    no_groups,
    no_rows,
    one_of,
    promise,
    table,
    unique,
)
from expectations.slices import Slice

THINGS = """
create table things as select
    i as thing_id, nullif(i % 4, 3) as kind, 'k' || (i % 2) as "a word", i % 7 as seventh,
    i % 2 as a_word,
    case when i = 5 then 'nan'::double when i % 10 > 0 then i * 1.5 end as size,
    timestamp '2026-01-01' + interval (i) hour as seen_at, null::integer as empty
from range(100) as numbers(i)
"""
ROW_COUNT = "expect_table_row_count_to_be_between"
KEPT = (
    *filled("thing_id", "a word"),
    *filled("size", severity="warn", mostly=0.9),
    between("id", "critical", "thing_id", 0, 99),
    between("most ids", "critical", "thing_id", 0, 89, mostly=0.9),
    between("size or none", "critical", "size", -1, 200.5, mostly=0.98),
    between("no value at all", "critical", "empty", 1, 2),
    between("one limit", "critical", "thing_id", 0, None),
    one_of("kind", [0, 1, 2]),
    one_of("a word", ["k0", "k1", "it's"]),
    unique("thing_id"),
    unique("empty"),
    unique("kind", "thing_id"),
    promise("there", "critical", "expect_column_to_exist", column="kind"),
    promise("enough", "warn", ROW_COUNT, min_value=1),
    no_groups(
        "few in a kind", "critical", "kind", "things > 25 or sizes > things or larger > 16",
        things="count(*)", sizes="count(size)", larger="count(*) filter (size > 60)",
    ),
    no_groups("no large sevenths", "warn", "kind", "s > 6", s="max(seventh)"),
    no_groups("by a word", "warn", "a_word", "things > 50", things="count(*)"),
    no_rows("finds none", "critical", "select kind from {batch} where kind > 5"),
    no_rows("of another", "critical", "select 1 from {batch} join {kinds} k using (kind) where b"),
)  # fmt: skip
BROKEN = (
    *filled("kind"),
    *filled("size", mostly=0.91),
    between("fewer ids", "critical", "thing_id", 0, 88, mostly=0.9),
    between("no nan", "critical", "size", -1, 200.5),
    one_of("kind", [0, 1]),
    unique("kind"),
    unique("kind", "seventh"),
    promise("absent", "critical", "expect_column_to_exist", column="no_such"),
    promise("not there", "critical", "expect_column_to_exist", column="kind", column_index=3),
    promise("too few", "warn", ROW_COUNT, min_value=101),
    promise("not more", "warn", ROW_COUNT, min_value=100, strict_min=True),
    promise("too many", "warn", ROW_COUNT, max_value=99),
    no_groups("many in a kind", "critical", "kind", "things > 24", things="count(*)"),
    no_groups("of none", "critical", "kind", "kind is null", things="count(*)"),
    no_groups("no such group", "critical", "no_such", "things > 25", things="count(*)"),
    no_groups("no such value", "critical", "kind", "s > 6", s="max(no_such)"),
    no_rows("finds some", "critical", "select kind from {batch} where kind > 1"),
    no_rows("cannot be asked", "critical", "select no_such from {batch}"),
    promise("other kind", "warn", "expect_column_mean_to_be_between", column="kind", min_value=9),
)


@pytest.fixture
def things(session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    session.execute(THINGS)
    session.execute("create table kinds as select 1 as kind, false as b")
    return session


RELATIONS = {"things": "select * from things", "kinds": "select * from kinds"}


def outcome(one: Promise, result: Any) -> Outcome:
    """Return what a gate tells of a promise."""
    asked, now = table("things", [one], key=["thing_id"]), datetime.now(UTC)
    (told,) = outcomes_of("gate_a__b", asked, Slice(""), {one.name: result}, now, None)
    return Outcome(**{**vars(told), "checked_at": datetime(2026, 1, 1)})


@pytest.mark.parametrize("rows", ["select * from things", "select * from things where false"])
def test_what_is_counted_as_kept_great_expectations_tells_in_the_same_words(
    things: duckdb.DuckDBPyConnection, rows: str
) -> None:
    from expectations.engine import GateRunner

    asked = table("things", KEPT, key=["thing_id"])
    kept = kept_promises(things, asked, rows, RELATIONS)
    known = GateRunner(things).check(asked, rows, RELATIONS)
    missing = {"enough"} if "false" in rows else set()
    assert set(kept) == {one.name for one in KEPT} - missing
    for one in KEPT:
        if one.name in kept:
            assert outcome(one, kept[one.name]) == outcome(one, known[one.name])
        else:
            assert not outcome(one, known[one.name]).success


def test_no_broken_promise_counts_as_kept(things: duckdb.DuckDBPyConnection) -> None:
    for one in BROKEN:
        assert not kept_promises(things, table("things", [one]), RELATIONS["things"], RELATIONS)


def test_one_promise_that_cannot_be_counted_leaves_the_others_to_be_judged(
    things: duckdb.DuckDBPyConnection,
) -> None:
    odd = one_of("thing_id", ["no number"])
    asked = table("things", [odd, *filled("kind", mostly=0.1), KEPT[-2]])
    kept = kept_promises(things, asked, RELATIONS["things"], RELATIONS)
    assert set(kept) == {"finds none"}


def test_broken_promises_about_groups_are_told_with_the_groups_that_break_them(
    things: duckdb.DuckDBPyConnection,
) -> None:
    from expectations.engine import GateRunner

    asked = table("things", [one for one in BROKEN if one.groups][:2], key=["thing_id"])
    known = GateRunner(things).check(asked, RELATIONS["things"], RELATIONS)
    many, of_none = (outcome(one, known[one.name]) for one in asked.promises)
    assert many.unexpected_count == 4
    assert {tuple(key) for key in many.sample_keys} == {("kind", "things")}
    assert of_none.sample_keys == [{"kind": None, "things": 25}]


def test_values_and_groups_of_a_table_are_counted_in_one_scan(
    things: duckdb.DuckDBPyConnection,
) -> None:
    reads = "select *, nextval('reads') as place from things"
    promises = [one for one in KEPT if one.groups and one.groups.by == "kind"]
    promises += [*filled("thing_id"), between("id", "critical", "thing_id", 0, 99)]
    promises += [between("place", "critical", "place", 1, None)]
    things.execute("create sequence reads")
    assert len(kept_promises(things, table("things", promises), reads, RELATIONS)) == 5
    assert things.execute("select currval('reads')").fetchall() == [(100,)]


def test_promises_about_groups_by_other_columns_are_asked_by_themselves() -> None:
    about = [one for one in KEPT if one.groups]
    assert [one.groups.by for one in by_one_column(about) if one.groups] == ["kind", "kind"]


_KEPT_GATE = """
import sys, duckdb
from expectations.promise import filled, no_groups, no_rows, table, unique
from tests.expectations.running import declare, pass_gate
con = duckdb.connect()
con.execute("create table things as select i as id from range(9) as numbers(i)")
query = no_rows("none is negative", "critical", "select id from {batch} where id < 0")
declare("shop", "after_landing", [table("things", [*filled("id"), unique("id"), query])])
print(len(pass_gate(con, "shop", "after_landing", {"things": "things"})))
print("great_expectations" in sys.modules)
"""


def test_a_gate_whose_promises_hold_imports_no_great_expectations() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KEPT_GATE], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.split() == ["3", "False"]


def test_a_view_is_read_in_part_where_a_promise_has_constants(
    things: duckdb.DuckDBPyConnection,
) -> None:
    things.execute("create view bounded as select * from range(5) as numbers(n)")
    bounded = no_rows(
        "no number from the first one on is odd",
        "critical",
        "select n from {numbers} where n >= {first} and n % 2 = 1 and exists (from {batch})",
        constants={"first": "select min(n) from {batch}"},
    )
    assert bounded.references == {"numbers", "batch"}
    relations = {"numbers": "select * from bounded"}
    (kept,) = settled(things, [bounded], "select 4 as n", relations)
    assert kept.query and "n >= '4'" in kept.query
    (of_none,) = settled(things, [bounded], "select 4 as n limit 0", relations)
    assert of_none.query and "n >= null" in of_none.query
    (unknown,) = settled(things, [bounded], "select 4 as other", relations)
    assert unknown.query and "n >= (select min(n) from {batch})" in unknown.query
    for query, is_kept in (("select 4 as n", True), ("select 2 as n", False)):
        promised = table("numbers", settled(things, [bounded], query, relations))
        found = kept_promises(things, promised, query, relations)
        assert (bounded.name in found) is is_kept
