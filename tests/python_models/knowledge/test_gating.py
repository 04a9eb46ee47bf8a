"""What the gate after landing is handed: bytes that cannot be read, and syncs let pass."""

from __future__ import annotations

import json

import duckdb

from ingestion.lakehouse.objects import object_store
from python_models.knowledge.gating import accepted, unread


def sightings(*rows: tuple[str, str | None, str | None]) -> duckdb.DuckDBPyConnection:
    """Return a session with sightings of (load, blob, locator)."""
    session = duckdb.connect()
    session.execute("create table sightings (load_id varchar, blob_hash varchar, locator varchar)")
    session.executemany("insert into sightings values (?, ?, ?)", rows)
    return session


def wrong_in(session: duckdb.DuckDBPyConnection, judged: str | None = None) -> list[str]:
    found = unread(session, session.table("sightings"), judged).fetchall()
    return sorted(error for _, _, error in found)


def test_objects_read_back_from_their_place() -> None:
    messages = object_store().put(json.dumps([{"ts": "1.0"}, {"ts": "2.0"}]).encode())
    issues = object_store().put(b"ID,Title\nA-1,One\n")
    page = object_store().put(b"# Page")
    session = sightings(
        ("1", messages, "/1"), ("1", issues, "row=1"), ("1", page, "Team/Page.md")
    )  # fmt: skip
    assert wrong_in(session) == []


def test_what_has_no_bytes_is_not_read_back() -> None:
    page = object_store().put(b"# Page")
    session = sightings(("1", page, "Page.md"), ("1", None, None), ("1", None, "gone.md"))
    assert wrong_in(session) == []


def test_a_place_that_is_not_in_its_blob_is_told() -> None:
    messages = object_store().put(b'[{"ts": "1.0"}]')
    assert "has nothing at /7" in wrong_in(sightings(("1", messages, "/7")))[0]


def test_a_blob_that_was_damaged_or_lost_is_told() -> None:
    store = object_store()
    kept, damaged, lost = (store.put(text) for text in (b"kept", b"damaged", b"lost"))
    store.path(damaged).write_bytes(b"damaget")  # type: ignore[attr-defined]
    store.delete(lost)
    found = wrong_in(sightings(("1", kept, "a.md"), ("1", damaged, "b.md"), ("1", lost, "c.md")))
    assert ["is damaged" in one or "is not there" in one for one in found] == [True, True]


def test_a_person_may_name_a_sync_in_place_of_its_load() -> None:
    session = duckdb.connect()
    session.execute("create table syncs as select 'wiki-20250303' as sync_id, 'load1' as load_id")
    syncs = session.table("syncs")
    assert accepted(syncs, "wiki-20250303, load7") == ["load1", "load7"]
    assert accepted(syncs, "") is None
