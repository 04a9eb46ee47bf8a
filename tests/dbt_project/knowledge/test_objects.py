"""From syncs to intervals: when an object was in force, and why it ended."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pytest

MODELS = Path(__file__).resolve().parents[3] / "dbt_project/models/knowledge/intermediate"
CHAIN = ("int_knowledge__syncs_ordered", "int_knowledge__changes_found", "int_knowledge__objects")


class Lake:
    """Staged syncs and sightings of a test, and the models over them."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(
            "create table stg_knowledge__syncs (sync_id varchar, source varchar, load_id varchar,"
            " tier varchar, complete boolean, exported_at timestamp)"
        )
        self.connection.execute(
            "create table stg_knowledge__sightings (sync_id varchar, source varchar,"
            " object_id varchar, state varchar, content_hash varchar, ordinal bigint, kind varchar,"
            " native_id varchar, uri varchar, title varchar, parent_id varchar, part_of varchar,"
            " tier varchar, blob_hash varchar, locator varchar, size bigint,"
            " created_at timestamp, updated_at timestamp)"
        )

    def sync(
        self, day: int, seen: dict[str, str], complete: bool = True, tier: str = "open", **more: Any
    ) -> None:
        """Add a sync of a day; `seen` maps objects to content, or to `!` and another state."""
        name = f"sync{day}{more.get('load', '')}"
        self.connection.execute(
            "insert into stg_knowledge__syncs values (?, 'wiki', ?, ?, ?, ?)",
            [name, more.get("load", name), tier, complete, f"2025-03-{day:02}"],
        )
        for ordinal, (object_id, content) in enumerate(seen.items(), start=1):
            is_seen = not content.startswith("!")
            self.connection.execute(
                "insert into stg_knowledge__sightings (sync_id, source, object_id, state,"
                " content_hash, ordinal) values (?, 'wiki', ?, ?, ?, ?)",
                [name, object_id, "seen" if is_seen else content[1:],
                 content if is_seen else None, ordinal],
            )  # fmt: skip

    def intervals(self, object_id: str = "page", **variables: Any) -> list[tuple[Any, ...]]:
        """Return (content, first day, day it ended, why) of an object."""
        for name in CHAIN:
            text = (MODELS / f"{name}.sql").read_text()
            dbt = SimpleNamespace(type_string=lambda: "varchar")
            query = jinja2.Template(text).render(
                ref=lambda model: model, dbt=dbt, var=variables.get
            )
            self.connection.execute(f"create or replace table {name} as {query}")
        return self.connection.execute(
            "select content_hash, day(known_from), day(known_to), withdrawn_because"
            " from int_knowledge__objects where object_id = ? order by known_from",
            [object_id],
        ).fetchall()


@pytest.fixture
def lake() -> Lake:
    return Lake()


def test_what_is_said_again_goes_on_without_a_gap(lake: Lake) -> None:
    for day in (1, 8, 15):
        lake.sync(day, {"page": "a"})
    assert lake.intervals() == [("a", 1, None, None)]


def test_a_change_ends_the_former_version(lake: Lake) -> None:
    lake.sync(1, {"page": "a"})
    lake.sync(8, {"page": "b"})
    assert lake.intervals() == [("a", 1, 8, "replaced"), ("b", 8, None, None)]


def test_what_is_deleted_and_restored_has_two_intervals_of_one_version(lake: Lake) -> None:
    lake.sync(1, {"page": "a", "other": "x"})
    lake.sync(8, {"other": "x"})
    lake.sync(15, {"page": "a", "other": "x"})
    assert lake.intervals() == [("a", 1, 8, "no longer listed"), ("a", 15, None, None)]
    assert lake.intervals("other") == [("x", 1, None, None)]


def test_only_a_complete_sync_deletes_what_it_lacks(lake: Lake) -> None:
    lake.sync(1, {"page": "a"})
    lake.sync(8, {}, complete=False)
    lake.sync(9, {"other": "x"}, complete=False)
    assert lake.intervals() == [("a", 1, None, None)]
    lake.sync(15, {"other": "x"})
    assert lake.intervals() == [("a", 1, 15, "no longer listed")]


def test_a_deletion_that_the_source_tells_needs_no_complete_sync(lake: Lake) -> None:
    lake.sync(1, {"page": "a"}, complete=False)
    lake.sync(8, {"page": "!deleted"}, complete=False)
    assert lake.intervals() == [("a", 1, 8, "deleted at its source")]


def test_what_is_forbidden_stays_as_it_was(lake: Lake) -> None:
    lake.sync(1, {"page": "a"})
    lake.sync(8, {"page": "!forbidden"})
    lake.sync(15, {"page": "b"})
    assert lake.intervals() == [("a", 1, 15, "replaced"), ("b", 15, None, None)]


def test_an_export_that_lands_late_takes_its_place_in_time(lake: Lake) -> None:
    lake.sync(1, {"page": "a"}, load="2")
    lake.sync(15, {"page": "c"}, load="3")
    lake.sync(8, {"page": "b"}, load="4")
    assert [row[:3] for row in lake.intervals()] == [("a", 1, 8), ("b", 8, 15), ("c", 15, None)]


def test_the_same_export_read_anew_replaces_what_was_read_of_it(lake: Lake) -> None:
    lake.sync(1, {"page": "a"}, load="2")
    lake.sync(1, {"page": "a, without its header"}, load="3")
    assert lake.intervals() == [("a, without its header", 1, None, None)]


def test_the_newest_tier_of_a_source_holds_for_all_it_has(lake: Lake) -> None:
    lake.sync(1, {"page": "a"}, tier="open")
    lake.sync(8, {"page": "b"}, tier="private")
    lake.intervals()
    tiers = lake.connection.execute("select distinct tier from int_knowledge__objects").fetchall()
    assert tiers == [("private",)]


def test_what_is_archived_is_in_force_unless_a_variable_says_that_it_ends(lake: Lake) -> None:
    lake.sync(1, {"page": "a"})
    lake.sync(8, {"page": "a"})
    lake.connection.execute(
        "update stg_knowledge__sightings set state = 'archived' where sync_id = 'sync8'"
    )
    assert lake.intervals() == [("a", 1, None, None)]
    ended = [("a", 1, 8, "archived at its source")]
    assert lake.intervals(knowledge_archived_ends=True) == ended
    lake.sync(15, {"page": "a"})  # taken out of the archive
    assert lake.intervals(knowledge_archived_ends=True) == [*ended, ("a", 15, None, None)]
