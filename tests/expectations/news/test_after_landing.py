"""What the gate of landed news lets through, and what it stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from expectations.gate import judge
from expectations.news.after_landing import TABLES
from ingestion.news import schema

AS_OF = datetime(2026, 2, 2, 18)
READ = ("runs", "entries", "pages", "source_health", "rejects")
FAILED = "at most a fifth of the sources that answered in the run before fail"
EMPTIED = "no source that had more than five entries has had none three times"


def run(number: int) -> dict[str, Any]:
    """Give a run, a day after the one before."""
    return {
        "load_id": f"l{number}", "run_id": f"r{number}", "report": "ai", "config": "{}",
        "as_of": AS_OF + timedelta(days=number), "origin": "demo",
        "previous_run_id": f"r{number - 1}", "started_at": AS_OF + timedelta(days=number),
    }  # fmt: skip


def health(number: int, source: str, items: int = 0, status: str = "ok") -> dict[str, Any]:
    """Give how a source answered in a run."""
    counts = dict.fromkeys(("changed_count", "rejected_count", "rest_count", "new_count"), 0)
    return counts | {
        "load_id": f"l{number}", "run_id": f"r{number}", "source": source, "status": status,
        "item_count": items, "seen_count": items,
    }  # fmt: skip


def entry(source: str, identity: str) -> dict[str, Any]:
    """Give an entry that landed in the first run."""
    return {
        "load_id": "l1", "run_id": "r1", "source": source, "position": 1, "identity": identity,
        "entry_hash": "x", "kind": "article",
    }  # fmt: skip


def broken(**tables: list[dict[str, Any]]) -> dict[str, str]:
    """Return {broken promise: its severity} of these rows."""
    with duckdb.connect() as session:
        relations = {}
        for name in READ:
            shape = schema.TABLES[name]
            rows = [{key: row.get(key) for key in shape.names} for row in tables.get(name, [])]
            session.register(f"arrow_{name}", pa.Table.from_pylist(rows, shape))
            session.execute(f"create table {name} as select * from arrow_{name}")
            relations[name] = f"select * from {name}"
        outcomes = judge(session, "gate_news__after_landing", None, TABLES, relations, [])
        return {
            outcome.expectation: outcome.severity for outcome in outcomes if not outcome.success
        }


def test_a_run_that_adds_up_is_let_through() -> None:
    row = health(1, "a", 3) | {"new_count": 1, "seen_count": 2}
    assert broken(runs=[run(1)], source_health=[row], entries=[entry("a", "1")]) == {}


@pytest.mark.parametrize(
    ("tables", "promise"),
    [
        ({"runs": [run(1), run(1)]}, "a run has landed once"),
        ({"entries": [entry("a", "1"), entry("a", "1")]}, "an entry is there once in a run"),
        ({"source_health": [health(1, "a"), health(1, "a")]}, "a source has one row in a run"),
        (
            {"source_health": [health(1, "a", 3) | {"seen_count": 2}]},
            "entries = new + changed + seen before + rejected + beyond the newest",
        ),
        (
            {"source_health": [health(1, "a", 2) | {"new_count": 2, "seen_count": 0}],
             "entries": [entry("a", "1")]},
            "what was new or changed has landed, once",
        ),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_stopped(tables: dict[str, Any], promise: str) -> None:
    assert broken(**({"runs": [run(1)]} | tables)) == {promise: "critical"}


@pytest.mark.parametrize(("failing", "stops"), [(2, False), (3, True)])
def test_a_run_stops_when_more_than_a_fifth_of_its_sources_begin_to_fail(
    failing: int, stops: bool
) -> None:
    before = [health(1, f"s{number}") for number in range(12)]
    now = [
        health(2, f"s{number}", status="failed" if number < failing else "unchanged")
        for number in range(12)
    ]
    # what failed before already is none of it
    before += [health(1, f"old{number}", status="failed") for number in range(9)]
    now += [health(2, f"old{number}", status="failed") for number in range(9)]
    found = broken(runs=[run(1), run(2)], source_health=before + now)
    assert found == ({FAILED: "critical"} if stops else {})


@pytest.mark.parametrize(
    ("items", "told"),
    [((6, 0, 0, 0), True), ((6, 0, 0, 1), False), ((5, 0, 0, 0), False), ((6, 0, 0), False)],
)
def test_a_feed_that_was_emptied_is_told_after_three_runs(
    items: tuple[int, ...], told: bool
) -> None:
    rows = [health(number, "a", count) for number, count in enumerate(items, start=1)]
    runs = [run(number) for number in range(1, len(items) + 1)]
    assert broken(runs=runs, source_health=rows) == ({EMPTIED: "warn"} if told else {})
