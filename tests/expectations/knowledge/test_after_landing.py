"""What the gate of landed syncs lets through, and what it stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from expectations.gate import judge
from expectations.knowledge.after_landing import TABLES
from ingestion.knowledge import schema
from ingestion.lakehouse.clock import now

READ = ("syncs", "sightings", "rejects", "declarations")
GONE = "at most 20% of a source is gone at once"
NO_ROWS = "select '' as blob_hash, '' as locator, '' as error where false"


def sync(number: int = 1, seen: int = 10, **counts: Any) -> dict[str, Any]:
    """Give a sync whose counts add up."""
    known = dict.fromkeys(("new", "changed", "forbidden", "rejected", "gone"), 0)
    return known | {
        "load_id": f"l{number}", "sync_id": f"s{number}", "source": "wiki", "kind": "notion",
        "mode": "full", "complete": True, "tier": "open", "seen": seen, "unchanged": seen,
        "present": seen, "exported_at": datetime(2025, 3, number),
    } | counts  # fmt: skip


def broken(
    accepted: tuple[str, ...] = (), unread: str = NO_ROWS, **tables: list[dict[str, Any]]
) -> set[str]:
    """Return the promises that these rows break."""
    with duckdb.connect() as session:
        relations = {"unread": unread}
        for name in READ:
            shape = schema.TABLES[name]
            rows = [{key: row.get(key) for key in shape.names} for row in tables.get(name, [])]
            session.register(f"arrow_{name}", pa.Table.from_pylist(rows, shape))
            session.execute(f"create table {name} as select * from arrow_{name}")
            relations[name] = f"select * from {name}"
        outcomes = judge(
            session, "gate_knowledge__after_landing", None, TABLES, relations, list(accepted)
        )
        return {outcome.expectation for outcome in outcomes if not outcome.success}


def test_a_sync_whose_counts_add_up_passes() -> None:
    assert broken(syncs=[sync()]) == set()


def test_an_object_that_is_counted_nowhere_stops_the_build() -> None:
    assert broken(syncs=[sync(unchanged=9)]) == {
        "seen = new + changed + unchanged + forbidden + rejected"
    }


def test_a_source_that_lost_more_than_a_fifth_stops_until_a_person_lets_it_pass() -> None:
    lost = sync(seen=7, gone=3, present=10)
    assert broken(syncs=[lost]) == {GONE}
    assert GONE not in broken(("l1",), syncs=[lost])
    assert broken(syncs=[sync(seen=8, gone=2, present=10)]) == set()


def test_one_page_of_a_small_source_may_go() -> None:
    assert broken(syncs=[sync(seen=1, gone=1, present=2)]) == set()


def test_bytes_that_cannot_be_read_back_stop_the_build() -> None:
    found = broken(syncs=[sync()], unread="select 'b' as blob_hash, '/1' as locator, 'x' as error")
    assert found == {"new blobs are what their names say, and sampled objects read back"}


def test_an_export_that_is_older_than_its_source_declares_is_told() -> None:
    declared = {"load_id": "l1", "source": "wiki", "freshness_hours": 24.0}
    fresh = sync(exported_at=now() - timedelta(hours=3))
    assert broken(syncs=[fresh], declarations=[declared]) == set()
    assert broken(syncs=[sync()], declarations=[declared]) == {
        "the newest export of a source is as fresh as it declares"
    }


def test_an_incomplete_export_is_told() -> None:
    assert broken(syncs=[sync(complete=False, error="part 2 is not there")]) == {
        "an export lists all it should"
    }
