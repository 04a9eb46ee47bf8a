from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import catalog, metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from ingestion.lakehouse.whereabouts import LakeElsewhere
from python_models.release import release_file
from python_models.release.reader import open_release
from python_models.runs import __main__ as commands
from python_models.runs import fingerprint, run
from python_models.upkeep import relocate
from tests.python_models import old_lake
from tests.python_models.publishing import build_database, make_things, mart, publish


@pytest.mark.parametrize(
    "name", [pytest.param("somewhere", marks=pytest.mark.long), "räl 'x' #1 [b]* %20"]
)
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


def test_a_copy_that_is_not_relocated_reads_and_changes_nothing_of_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with build_database() as build:
        make_things(build, days=2)
        publish(build, mart())
    original, copy, link = lake().root, tmp_path / "copy", tmp_path / "link"
    shutil.copytree(original, copy, symlinks=True)
    link.symlink_to(original)
    before = {path: path.stat().st_mtime_ns for path in original.rglob("*")}

    monkeypatch.setenv("SLUICE_LAKE", str(copy))
    reset_settings()
    looks = (
        lambda: journal.rows("select 1"),
        catalog,
        lambda: metadata_locations("plant"),
        open_release,
    )
    for look in looks:
        with pytest.raises(LakeElsewhere, match=f"{copy} is a copy.*{original}.*make relocate"):
            look()
    assert run.main(["--build-only"]) == 2
    assert "make relocate" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in original.rglob("*")} == before

    # the same folder by another name is the lake itself
    monkeypatch.setenv("SLUICE_LAKE", str(link))
    reset_settings()
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (8,)

    monkeypatch.setenv("SLUICE_LAKE", str(copy))
    reset_settings()
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    shutil.rmtree(original)
    with open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (8,)


def test_a_lake_that_was_moved_is_told_from_its_first_command_on_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old_lake.unpack(tmp_path / "moved", monkeypatch)  # where it was made is nothing any more
    assert commands.main(["runs"]) == 1
    assert "needs `make relocate` once" in capsys.readouterr().err
