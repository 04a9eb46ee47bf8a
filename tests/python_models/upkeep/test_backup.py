"""`make backup` and `make restore`: a lake comes back as it was, and nothing is asked again."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import generation, journal, lake_version
from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.file_lock import Locked, exclusive
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.lakehouse.tiers import TIERS
from python_models.release import release_file, rollback
from python_models.runs import doctor
from python_models.upkeep import backup, restore, retention
from python_models.upkeep.backup_store import BackupDamaged, NoBackup, Store
from tests.faults.publisher import Server, start_server
from tests.faults.small_disk import on_a_small_disk
from tests.python_models import old_lake
from tests.python_models.publishing import build_database, make_things, mart, publish
from tests.python_models.runs.test_lake_disagrees import publish_days


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def publisher() -> Server:
    server = start_server()
    yield server
    server.process.kill()
    server.process.wait()


def back(folder: Path, number: int | None = None, overwrite: bool = False) -> int:
    options = argparse.Namespace(dir=str(folder), number=number, overwrite=overwrite, json=True)
    return restore.restore(options)


def things() -> list[tuple]:
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
        return shown.execute("select * from plant.things order by all").fetchall()


def ops(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "python_models.runs", *words]
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=os.environ | environment, capture_output=True, text=True
    )


def test_lake_that_is_gone_comes_back_with_every_release(folder: Path) -> None:
    publish_days(1)
    publish_days(2)
    before = things()
    identity = lake_version.read_version(lake().root)
    made, _ = backup.take(folder)
    assert made.missing == ()
    shutil.rmtree(lake().root)
    assert back(folder) == 0
    assert things() == before
    shown = {lake().latest_of(tier).resolve(strict=True).name for tier in TIERS}
    assert shown == {lake().latest.resolve().name}
    assert lake_version.read_version(lake().root) == identity
    assert all(one.is_good for one in doctor.examine(is_deep=True))
    rollback.move_to(1)
    assert len(things()) == 4
    assert not lake().build_db.exists()
    assert publish_days(3) == 3


def test_backup_restored_into_another_folder_reads_nothing_of_the_old_one(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_days(2)
    before, old = things(), lake().root
    backup.take(folder)
    old_lake.use(tmp_path / "other place", monkeypatch)
    assert back(folder) == 0
    old.rename(tmp_path / "gone")
    assert things() == before
    assert catalog().load_table("plant.things").scan().to_arrow().num_rows == len(before)
    assert all(one.is_good for one in doctor.examine(is_deep=True))
    with build_database() as build:
        make_things(build, days=3)
        assert publish(build, mart())[0] == 2


def test_second_backup_copies_what_is_new_and_both_can_be_restored(folder: Path) -> None:
    publish_days(1)
    first, _ = backup.take(folder)
    data = {path for path in Store(folder).objects.rglob("*") if path.is_file()}
    publish_days(2)
    second, copied = backup.take(folder)
    assert (first.number, second.number) == (1, 2)
    assert data <= {path for path in Store(folder).objects.rglob("*") if path.is_file()}
    whole = sum(entry.bytes for entry in second.files)
    assert 0 < copied < whole
    known = {entry.path: entry.sha256 for entry in first.files}
    parquet = [entry for entry in second.files if entry.path.endswith(".parquet")]
    assert {known.get(entry.path) for entry in parquet} > {None}
    assert back(folder, number=1, overwrite=True) == 0
    assert len(things()) == 4
    assert back(folder, overwrite=True) == 0
    assert len(things()) == 8


def test_backup_that_finds_no_room_says_how_much_it_needs_and_the_one_before_stays(
    folder: Path,
) -> None:
    publish_days(2)
    backup.take(folder)
    publish_days(3)
    command = f"{sys.executable} -m python_models.runs backup -- {shlex.quote(str(folder))}"
    full, again = on_a_small_disk(folder, command, free_kilobytes=200)
    assert full.code == 1 and "Traceback" not in full.said
    assert re.match(rf"The disk is full: the backup needs about [1-9]\d* MB at {folder}", full.said)
    assert again.code == 0, again.said
    assert [one.number for one in Store(folder).backups()] == [2, 1]
    shutil.rmtree(lake().root)
    assert back(folder, 1) == 0
    assert len(things()) == 8


def test_lake_that_is_there_is_replaced_only_when_told_and_kept_aside(folder: Path) -> None:
    publish_days(1)
    backup.take(folder)
    publish_days(2)
    with pytest.raises(restore.CannotRestore, match="--overwrite"):
        back(folder)
    assert len(things()) == 8
    with build_lock_of_another_process(), pytest.raises(restore.CannotRestore, match="build runs"):
        back(folder, overwrite=True)
    assert len(things()) == 8
    assert back(folder, overwrite=True) == 0
    assert len(things()) == 4
    (aside,) = lake().root.parent.glob("lake.before-restore-*")
    assert (aside / "journal.db").exists()


@contextlib.contextmanager
def build_lock_of_another_process():
    code = (
        "import sys; from ingestion.lakehouse import lock; lock.acquire();"
        " print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    try:
        yield
    finally:
        process.communicate()


@pytest.mark.parametrize("point", ["backup.databases", "backup.object:5", "backup.listed"])
def test_backup_that_is_killed_is_none_and_the_one_before_stays(folder: Path, point: str) -> None:
    publish_days(1)
    assert ops("backup", str(folder), FAULT=point).returncode == 137
    with pytest.raises(NoBackup):
        Store(folder).named(None)
    backup.take(folder)
    publish_days(2)
    assert ops("backup", str(folder), FAULT=point).returncode == 137
    assert Store(folder).named(None).number == 1
    made, _ = backup.take(folder)
    assert made.number == 2
    assert not [path for path in folder.rglob("*") if path.name.endswith(".part")]
    shutil.rmtree(lake().root)
    assert back(folder) == 0
    assert len(things()) == 8


@pytest.mark.parametrize("point", ["restore.object:3", "restore.placed"])
def test_restore_that_is_killed_is_refused_until_it_is_done(
    folder: Path, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_days(2)
    before = things()
    backup.take(folder)
    old_lake.use(tmp_path / "other", monkeypatch)
    assert ops("restore", str(folder), FAULT=point).returncode == 137
    if point == "restore.placed":
        with pytest.raises(generation.LakeDisagrees, match="cut short"):
            journal.rows("select 1")
    assert back(folder) == 0
    assert things() == before
    assert not list(tmp_path.glob(".*restoring"))
    assert all(one.is_good for one in doctor.examine(is_deep=True))


def test_content_that_is_damaged_or_missing_is_named_and_nothing_is_restored(folder: Path) -> None:
    publish_days(2)
    made, _ = backup.take(folder)
    store = Store(folder)
    (entry,) = [entry for entry in made.files if entry.path.endswith(".parquet")]
    place = store.place_of(entry.sha256)
    content = place.read_bytes()
    shutil.rmtree(lake().root)
    place.write_bytes(content[:-9] + b"123456789")
    with pytest.raises(BackupDamaged, match=re.escape(entry.path)):
        back(folder)
    place.unlink()
    with pytest.raises(BackupDamaged, match="missing or damaged"):
        back(folder)
    place.write_bytes(content)
    assert back(folder) == 0
    assert len(things()) == 8


def test_folder_of_another_lake_and_a_folder_in_the_lake_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_days(1)
    backup.take(folder)
    with pytest.raises(backup.CannotBackUp, match="in the lake itself"):
        backup.take(lake().root / "backups")
    old_lake.use(tmp_path / "other", monkeypatch)
    publish_days(1)
    with pytest.raises(backup.CannotBackUp, match="another lake"):
        backup.take(folder)


def test_backup_of_newer_code_is_not_restored(folder: Path) -> None:
    publish_days(1)
    backup.take(folder)
    (path,) = (folder / "backups").glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"layout": 99}))
    shutil.rmtree(lake().root)
    with pytest.raises(lake_version.NewerLake, match="layout 99"):
        back(folder)


def test_files_are_not_swept_while_a_backup_is_taken() -> None:
    publish_days(1)
    options = argparse.Namespace(dry_run=False, json=True)
    with exclusive(lake().root / backup.LOCK, "x"), pytest.raises(Locked):
        retention.retention(options)
    assert retention.retention(options) == 0


def test_backups_taken_while_builds_publish_and_are_killed_are_each_of_one_state(
    folder: Path, publisher: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert publisher.publish(1) == 0
    made = []
    for days in range(2, 8):
        how = {"FAULT": f"*:{days}"} if days % 3 == 0 else {}
        publisher.start(days, **how)
        made.append(backup.take(folder)[0])
        code = publisher.wait()
        assert code == (137 if how else 0)
        assert publisher.publish(days) == 0
    assert any(one.generation != other.generation for one in made for other in made)
    for taken in made:
        assert taken.missing == ()
        old_lake.use(tmp_path / f"restored {taken.number}", monkeypatch)
        assert back(folder, number=taken.number) == 0
        with duckdb.connect(str(lake().latest.resolve()), read_only=True) as shown:
            ((days, rows),) = shown.execute("select days, things from plant.totals").fetchall()
            counted = shown.execute(
                "select count(distinct thing_date), count(*) from plant.things"
            ).fetchone()
        assert counted == (days, rows)
        assert all(one.is_good for one in doctor.examine(is_deep=True))


def test_old_lake_is_backed_up_restored_and_repaired_as_the_drill_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drill of docs/backup.md, command by command."""
    old_lake.unpack(tmp_path / "lake", monkeypatch)
    assert ops("relocate").returncode == 0
    place = {"DIR": str(tmp_path / "backups"), "LAKE": str(tmp_path / "lake")}
    drill = (PROJECT_ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n# drill\n(.*?)```", drill, re.DOTALL)
    lines = block.splitlines()
    assert len(lines) >= 8
    seen = []
    for line in lines:
        command, _, comment = line.partition("#")
        done = subprocess.run(
            ["bash", "-c", command], cwd=PROJECT_ROOT, env=os.environ | place,
            capture_output=True, text=True,
        )  # fmt: skip
        expected = 2 if "refused" in comment else 0
        assert done.returncode == expected, (line, done.stdout, done.stderr)
        seen.append(done.stdout + done.stderr)
    assert "is missing" in "".join(seen)
    assert release_file.current_release_id() == 4
    assert all(one.is_good or one.check == "files" for one in doctor.examine())
