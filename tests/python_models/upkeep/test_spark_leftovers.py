"""Releases of tables that Spark wrote: pinned as they are, gone back to, and let go of."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.exceptions import NoSuchTableError

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake, warehouse_uri
from python_models.release import publish, release_file, rollback
from python_models.runs.spark.hand_over import show_in_duckdb
from python_models.runs.spark.marts import prepare
from python_models.upkeep import repair_catalog, retention
from tests.python_models.publishing import build_database, mart
from tests.python_models.upkeep.test_retention import age_everything

KEY = ("telemetry", "things")


def build_on_spark(number: int, kind: pa.DataType | None = None) -> int:
    """Let a build write the mart anew, as Spark does, and release it; returns the release."""
    rows = pa.table({"thing_id": range(3), "value": pa.array([number] * 3, kind or pa.int64())})
    opened = catalog()
    opened.create_namespace_if_not_exists(KEY[0])
    try:
        table = opened.load_table(KEY)
    except NoSuchTableError:
        location = f"{warehouse_uri()}/telemetry/things-{number}"
        table = opened.create_table(KEY, rows.schema, location=location)
    table.overwrite(rows)
    with build_database() as build:
        written = show_in_duckdb(build, [KEY])
        described = mart(domain="telemetry", relation='"telemetry"."things"')
        release, (published,) = publish.publish_marts(
            build, "telemetry", [described], f"i-{number}", f"run-{number}", written
        )
    assert published.parts_written == 0
    return release


def shown(path: Path) -> list[Any]:
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        return connection.execute("select distinct value from telemetry.things").fetchall()


def files() -> set[Path]:
    return set((lake().warehouse / "telemetry").rglob("*.parquet"))


def keep(releases: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "KEPT_WHOLE", 1)
    monkeypatch.setattr(retention, "KEPT_READABLE", releases)
    age_everything(days=100)
    retention.retention(argparse.Namespace(dry_run=True, json=True))
    assert retention.retention(argparse.Namespace(dry_run=False, json=True)) == 0


@pytest.mark.long
def test_ten_builds_on_spark_are_released_without_a_copy_gone_back_to_and_let_go_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    releases = [build_on_spark(number) for number in range(10)]
    assert releases == list(range(1, 11))
    assert len(files()) == 10  # one a build: nothing was written again
    assert shown(lake().latest) == [(9,)]
    rollback.move_to(4)
    assert shown(lake().latest) == [(3,)]
    rollback.move_to(10)
    before = {number: shown(release_file.newest_file(number)) for number in releases}
    keep(3, monkeypatch)
    assert {number: shown(path) for number in (8, 9, 10)
            if (path := release_file.newest_file(number))} == {
        number: before[number] for number in (8, 9, 10)
    }  # fmt: skip
    assert len(catalog().load_table(KEY).snapshots()) == 3
    assert len(files()) == 3
    kept = journal.rows("select files from release_tables")
    assert {Path(path) for row in kept for path in json.loads(row["files"])} == files()


def test_a_table_of_another_type_stays_until_no_kept_release_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_on_spark(0)
    node = {
        "name": "things", "schema": "telemetry", "fqn": ["sluice", "telemetry", "marts", "things"],
        "resource_type": "model", "config": {"contract": {"enforced": True}},
        "columns": {
            "thing_id": {"name": "thing_id", "data_type": "bigint"},
            "value": {"name": "value", "data_type": "double"},
        },
    }  # fmt: skip
    assert prepare([node]) == {"telemetry.things": "things__until_1"}
    assert build_on_spark(1, pa.float64()) == 2
    assert shown(release_file.newest_file(1)) == [(0,)]
    keep(2, monkeypatch)
    assert catalog().table_exists(("telemetry", "things__until_1"))
    assert shown(release_file.newest_file(1)) == [(0,)]
    keep(1, monkeypatch)
    assert not catalog().table_exists(("telemetry", "things__until_1"))
    assert shown(lake().latest) == [(1.0,)]
    assert len(files()) == 1


def test_the_folder_of_a_dropped_table_goes_and_one_a_release_reads_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build_on_spark(0)
    [released] = files()
    scratch = ("telemetry_intermediate", "steps")
    rows = pa.table({"step": [1]})
    catalog().create_namespace(scratch[0])
    folders = ("steps-20260101000000000000", "steps-20260102000000000000")
    for folder in folders:  # made anew: Spark leaves what it drops
        if catalog().table_exists(scratch):
            catalog().drop_table(scratch)
        place = f"{warehouse_uri()}/telemetry_intermediate/{folder}"
        catalog().create_table(scratch, rows.schema, location=place).append(rows)
    catalog().drop_table(KEY)
    keep(5, monkeypatch)
    left = lake().warehouse / "telemetry_intermediate"
    assert {path.relative_to(left).parts[0] for path in left.rglob("*.parquet")} == {folders[1]}
    assert released.exists()
    assert shown(lake().latest) == [(0,)]


def test_a_table_that_a_client_made_beside_released_ones_keeps_its_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = catalog()
    opened.create_namespace("telemetry")
    rows = pa.table({"note": ["mine"]})
    table = opened.create_table(("telemetry", "notes"), rows.schema)
    for _ in range(2):
        table.overwrite(rows)
    snapshots, uncommitted = len(table.snapshots()), lake().warehouse / "telemetry/notes/data/x"
    uncommitted.write_text("of a commit that is going on")
    keep(1, monkeypatch)
    assert len(opened.load_table(("telemetry", "notes")).snapshots()) == snapshots == 3
    assert uncommitted.exists()


def test_a_lost_catalog_names_the_table_spark_made_last_and_nothing_a_run_pinned() -> None:
    rows = pa.table({"step": [1]})
    opened = catalog()
    opened.create_namespace("telemetry_intermediate")
    opened.create_namespace("pinned_raw_telemetry")
    for moment, commits in (("20260101000000000000", 3), ("20260102000000000000", 1)):
        key = ("telemetry_intermediate", "steps")
        if opened.table_exists(key):
            opened.drop_table(key)
        place = f"{warehouse_uri()}/telemetry_intermediate/steps-{moment}"
        table = opened.create_table(key, rows.schema, location=place)
        for _ in range(commits):
            table.append(rows)
    opened.create_table(("pinned_raw_telemetry", "files"), rows.schema)
    found = repair_catalog.newest_metadata()
    assert found.keys() == {("telemetry_intermediate", "steps")}
    assert "steps-20260102000000000000" in found[("telemetry_intermediate", "steps")].uri
