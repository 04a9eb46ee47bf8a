"""The table of documents over builds: what is taken over, read anew, and no longer there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

from ingestion.lakehouse.objects import object_store
from python_models.knowledge import reading
from python_models.knowledge.document_tables import documents_read, planned

OBJECTS = Path(__file__).resolve().parents[3] / "dbt_project/models/knowledge/marts/objects.sql"


class Builds:
    """Versions of objects of a test, and builds of their documents one after the other."""

    def __init__(self) -> None:
        self.session = duckdb.connect()
        self.session.execute(
            "create table int_knowledge__objects (object_id varchar, source varchar, kind varchar,"
            " native_id varchar, state varchar, uri varchar, title varchar, parent_id varchar,"
            " part_of varchar, tier varchar, content_hash varchar, blob_hash varchar,"
            " locator varchar, size bigint, created_at timestamp, updated_at timestamp,"
            " known_from timestamp, known_to timestamp, sync_from varchar, sync_to varchar,"
            " withdrawn_because varchar);"
            "create table templates (object_id varchar);"
            "create table declarations (source varchar, zone varchar, load_id varchar);"
            "create table int_knowledge__syncs_ordered as"
            " select 'wiki' as source, timestamp '2025-03-09' as exported_at"
        )

    def add(self, name: str, text: bytes, day: int, until: int | None = None) -> str:
        blob = object_store().put(text)
        self.session.execute(
            "insert into int_knowledge__objects (object_id, source, kind, native_id, title, tier,"
            " content_hash, blob_hash, locator, known_from, known_to)"
            " values (?, 'wiki', 'document', ?, ?, 'open', ?, ?, ?, ?, ?)",
            [name, name, name, blob, blob, f"{name}.md", f"2025-03-0{day}",
             f"2025-03-0{until}" if until else None],
        )  # fmt: skip
        return blob

    def build(self) -> list[tuple[str, str, str]]:
        """Build the plan and the documents; returns (object, reader's version, text)."""
        session, versions = self.session, self.session.table("int_knowledge__objects")
        plan = session.from_arrow(planned(versions, session.table("templates")))
        known = session.execute(
            "select table_name from duckdb_tables() where table_name = 'int_knowledge__documents'"
        ).fetchone()
        found: Any = documents_read(
            session, plan, versions, session.table("declarations"), known[0] if known else None
        )
        found.create("made")
        session.execute("drop table if exists int_knowledge__documents")
        session.execute("alter table made rename to int_knowledge__documents")
        return session.execute(
            "select object_id, canon_version, text from int_knowledge__documents order by all"
        ).fetchall()

    def released(self) -> list[tuple[str, str]]:
        """Return (object, version) of the mart `objects`."""
        query = jinja2.Template(OBJECTS.read_text()).render(ref=lambda name: name)
        return self.session.execute(
            f"select object_id, version from ({query}) order by all"
        ).fetchall()


@pytest.fixture
def builds() -> Builds:
    return Builds()


def test_a_newer_reader_leaves_one_reading_of_each_version(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds.add("page", b"One", 1, until=3)
    builds.add("page", b"Two", 3)
    builds.add("other", b"Else", 1)
    assert [row[1] for row in builds.build()] == [reading.CANON_VERSION] * 3
    former = builds.released()
    monkeypatch.setattr(reading, "CANON_VERSION", "newer")
    assert builds.build() == [
        ("other", "newer", "Else"),
        ("page", "newer", "One"),
        ("page", "newer", "Two"),
    ]
    released = builds.released()
    assert len(released) == len(set(released)) == len(former)
    assert not set(released) & set(former)  # a version says how it was read


def test_what_is_the_same_is_taken_over_without_its_bytes(builds: Builds) -> None:
    blob = builds.add("page", b"One", 1)
    before = builds.build()
    object_store().delete(blob)
    assert builds.build() == before


def test_a_version_that_is_planned_no_longer_has_no_document(builds: Builds) -> None:
    builds.add("page", b"One", 1)
    builds.add("other", b"Else", 1)
    builds.build()
    builds.session.execute("delete from int_knowledge__objects where object_id = 'other'")
    assert builds.build() == [("page", reading.CANON_VERSION, "One")]


def test_a_table_of_another_shape_is_read_anew_from_the_bytes(builds: Builds) -> None:
    builds.add("page", b"One", 1)
    before = builds.build()
    builds.session.execute("alter table int_knowledge__documents drop column flags")
    assert builds.build() == before
