"""A transaction's metadata are worked out once for each change, and are what pyiceberg's are."""

from __future__ import annotations

import pytest
from pyiceberg import table as pyiceberg_table

from ingestion.lakehouse.catalog import catalog
from python_models.release.iceberg_transaction import Change
from tests.python_models.publishing import build_database, make_things, mart, publish


def test_metadata_follow_each_change_and_are_worked_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    opened = catalog().load_table("plant.things")
    worked_out: list[int] = []
    work_out = pyiceberg_table.update_table_metadata

    def counted(metadata, updates, *more):
        worked_out.append(len(updates))
        return work_out(metadata, updates, *more)

    plain, remembering = opened.transaction(), Change(opened)
    for one in (plain, remembering):
        one.set_properties({"first": "1"})
        with one.update_schema() as update:
            update.update_column("name", doc="What it is called.")
    one, other = (
        each.table_metadata.model_copy(update={"last_updated_ms": 0})
        for each in (remembering, plain)
    )
    assert one == other
    monkeypatch.setattr(pyiceberg_table, "update_table_metadata", counted)
    assert remembering.table_metadata is remembering.table_metadata
    assert worked_out == []
    remembering.set_properties({"second": "2"})
    assert remembering.table_metadata.properties["second"] == "2"
    assert remembering.table_metadata.properties["first"] == "1"
    assert len(worked_out) == 1
    remembering.commit_transaction()
    kept = catalog().load_table("plant.things")
    assert (kept.properties["first"], kept.properties["second"]) == ("1", "2")
    assert kept.schema().find_field("name").doc == "What it is called."
