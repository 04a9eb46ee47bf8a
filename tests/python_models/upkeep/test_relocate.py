from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.release import release_file
from python_models.runs import fingerprint
from python_models.upkeep import relocate
from tests.python_models.publishing import build_database, make_things, mart, publish


@pytest.mark.parametrize("name", ["somewhere", "räl 'x' #1 [b]* %20"])
def test_lake_that_was_moved_is_read_written_and_rolled_back_as_before(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with build_database() as build:
        for days in (2, 3):
            make_things(build, days=days)
            publish(build, mart())
    old = lake().root
    new = tmp_path / name / "else"
    new.parent.mkdir()
    shutil.move(old, new)
    monkeypatch.setenv("SLUICE_LAKE", str(new))
    reset_settings()

    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["from"], said["to"]) == (str(old), str(new))
    assert said["files"] > 0

    table = catalog().load_table("plant.things")
    assert table.location().endswith(f"{new}/warehouse/plant/things")
    assert table.scan().to_arrow().num_rows == 12
    first = table.scan(snapshot_id=table.snapshots()[0].snapshot_id)
    assert first.to_arrow().num_rows == 8
    for release_id, rows in ((1, 8), (2, 12)):
        path = release_file.newest_file(release_id)
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute("select count(*) from plant.things").fetchone()
        assert found == (rows,)
    with build_database() as build:
        make_things(build, days=3)
        assert publish(build, mart())[0] == 2  # the hash of its rows is the same
        make_things(build, days=4)
        assert publish(build, mart())[0] == 3

    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    assert json.loads(capsys.readouterr().out)["files"] == 0

    shutil.move(new, old)  # and back to where a lake has an ordinary name
    monkeypatch.setenv("SLUICE_LAKE", str(old))
    reset_settings()
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    assert catalog().load_table("plant.things").scan().to_arrow().num_rows == 16
    with build_database() as build:
        make_things(build, days=4)
        assert publish(build, mart())[0] == 3


def test_where_a_lake_lies_is_no_reason_to_build_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name in ("here", "there"):
        monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / name))
        reset_settings()
        found.add(fingerprint.config_hash({}))
    assert len(found) == 1
    assert fingerprint.config_hash({"weight": 2}) not in found
