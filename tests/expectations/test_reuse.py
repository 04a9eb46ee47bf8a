"""What was judged stands until something it came from changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from expectations import gate, reuse
from expectations.gate import GateFailed
from expectations.promise import between, filled, no_rows, not_shrunk, refers, table
from ingestion.lakehouse import journal
from tests.expectations.running import declare, journaled, pass_gate

THINGS = """
create or replace table things as
select i as thing_id, 'L' || (i % 2) as load_id, i * 1.0 as size, i % 4 as kind
from range(100) as numbers(i)
"""
SMALL = between("size is small", "warn", "size", 0, 89)
KNOWN = refers("kind", "kinds", "kind")
Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the tables whose promises were put to the test, as they come."""
    asked: list[str] = []
    kept_promises = gate.kept_promises

    def noted(session: Any, one: Any, *rest: Any) -> Any:
        asked.append(one.name)
        return kept_promises(session, one, *rest)

    monkeypatch.setattr(gate, "kept_promises", noted)
    yield asked


@pytest.fixture
def shop(session: duckdb.DuckDBPyConnection) -> Run:
    """Passes a gate over things and their kinds."""
    session.execute(THINGS)
    session.execute("create table kinds as select unnest([0, 1, 2, 3]) as kind")
    declare(
        "shop",
        "after_staging",
        [
            table("things", [SMALL, *filled("size"), KNOWN], key=["thing_id"]),
            table("kinds", filled("kind")),
        ],
    )

    def run(*loads: str) -> list[dict[str, Any]]:
        named = {"things": "things", "kinds": "kinds"}
        return pass_gate(session, "shop", "after_staging", named, loads)

    return run


def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results without the moment they were told."""
    return [{name: value for name, value in row.items() if name != "checked_at"} for row in rows]


def test_what_has_not_changed_is_told_again_and_not_judged_again(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str]
) -> None:
    first = shop()
    assert judged == ["things", "kinds"]
    # the same rows in another order, in a table made anew
    session.execute("create or replace table things as from things order by hash(thing_id)")
    second = shop()
    assert judged == ["things", "kinds"]
    assert told(second) == told(first)
    assert [row["unexpected_count"] for row in second][0] == 10
    assert all(
        new["checked_at"] > old["checked_at"] for new, old in zip(second, first, strict=True)
    )
    row = journaled("gate_shop__after_staging")["things: size is small"]
    assert (row["success"], row["unexpected_count"]) == (0, 10)
    assert "thing_id" in row["sample_keys"]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("update things set size = 95 where thing_id = 3", ["things"]),
        ("delete from things where thing_id = 3", ["things"]),
        ("insert into things from things limit 1", ["things"]),
        ("update things set size = null where thing_id = 95", ["things"]),
        ("alter table things add column colour integer", ["things"]),
        ("alter table things alter column size type decimal(18, 1)", ["things"]),
        ("insert into kinds values (4)", ["things", "kinds"]),  # what the things refer to
        ("update things set size = size where thing_id = 3", []),
    ],
)
def test_any_change_of_rows_types_or_what_they_refer_to_is_judged(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str], change: str, again: list[str]
) -> None:
    shop()
    judged.clear()
    session.execute(change)
    try:
        shop()
    except GateFailed:
        assert "null" in change
    assert judged == again


def test_release_of_what_was_judged_is_no_reason_to_judge_again(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str]
) -> None:
    declare("shop", "after_staging", [table("things", [not_shrunk("things")])])
    shop()
    journal.put(
        "release_tables",
        [
            dict.fromkeys(("location", "schema_hash"))
            | {
                "release_id": 1,
                "domain": "shop",
                "table_name": "things",
                "rows": 100,
                "is_unchanged": 0,
            }
            | {"columns": "[]", "files": "[]", "comments": "{}", "key_columns": "[]"}
            | {"volatile_columns": "[]"}
        ],
    )
    judged.clear()
    shop()
    assert judged == []
    session.execute("delete from things where thing_id >= 40")
    with pytest.raises(GateFailed, match="at least 50% of the rows of the last release"):
        shop()


def test_changed_promises_are_judged(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str]
) -> None:
    shop()
    judged.clear()
    larger = between("size is small", "warn", "size", 0, 59)
    declare("shop", "after_staging", [table("things", [larger], key=["thing_id"])])
    (row,) = shop()
    assert judged == ["things"]
    assert row["unexpected_count"] == 40


def test_delivery_let_pass_is_another_thing_to_judge(shop: Run, judged: list[str]) -> None:
    shop()
    judged.clear()
    shop("L1")
    assert judged == ["things", "kinds"]
    judged.clear()
    shop()  # the journal remembers who was let pass
    assert judged == []


def test_failed_gate_leaves_nothing_that_stands(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str]
) -> None:
    shop()
    session.execute("update things set kind = 9 where thing_id = 3")
    for _ in range(2):
        judged.clear()
        with pytest.raises(GateFailed):
            shop()
        assert judged == ["things"]
    judged.clear()
    session.execute("update things set kind = 3 where thing_id = 3")
    shop()
    assert judged == []


def test_promise_that_asks_what_time_it_is_and_a_large_table_are_judged_each_time(
    session: duckdb.DuckDBPyConnection,
    shop: Run,
    judged: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = no_rows(
        "none is of tomorrow", "warn", "select * from {batch} where today() < '2020-1-1'"
    )
    declare("shop", "after_staging", [table("things", [late]), table("kinds", filled("kind"))])
    shop()
    judged.clear()
    shop()
    assert judged == ["things"]
    monkeypatch.setattr(reuse, "MOST_ROWS", 3)
    judged.clear()
    shop()
    assert judged == ["things", "kinds"]


def test_broken_check_is_tried_again(
    session: duckdb.DuckDBPyConnection, shop: Run, judged: list[str]
) -> None:
    odd = no_rows("odd", "warn", "select thing_id from {batch} where colour = 1")
    declare("shop", "after_staging", [table("things", [odd])])
    (row,) = shop()
    assert row["broken_check"]
    judged.clear()
    shop()
    assert judged == ["things"]


def test_a_view_is_not_read_to_see_that_what_it_reads_is_large(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.execute("create table many as select range as place from range(1000)")
    session.execute("create view few as select * from many where place < 3")
    session.execute("create table three as from few")
    large, small = (
        reuse.inputs_of(session, [table(name, filled("place"))], {name: f"from {name}"}, ())
        for name in ("few", "three")
    )
    assert large["few"] is not None and small["three"] is not None
    monkeypatch.setattr(reuse, "MOST_ROWS", 100)
    asked = {"few": "from few", "three": "from three"}
    promised = [table(name, filled("place")) for name in asked]
    assert reuse.inputs_of(session, promised, asked, ()) == {"few": None} | small
