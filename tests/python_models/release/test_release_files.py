"""What a released file is to others: read-only, and made only where there is room."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.disk_space import DiskFull, is_full, room
from ingestion.lakehouse.lake import lake
from python_models.release import reader, release_file
from tests.faults.small_disk import on_a_small_disk
from tests.python_models.publishing import build_database, make_things, mart, publish

NOBODY = 65534


def opened_by_another_user(file: Path, read_only: bool) -> str:
    """Open a file in a child that has become nobody; returns `opened` or what was said."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        said = "opened"
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            duckdb.connect(str(file), read_only=read_only).close()
        except BaseException as error:  # noqa: BLE001  told to the test
            said = str(error)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as stream:
        return stream.read()


def release() -> Path:
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    return lake().latest.resolve()


def test_a_release_file_is_written_by_nobody_again() -> None:
    first = release()
    assert first.stat().st_mode & 0o777 == 0o444
    first.chmod(0o644)  # as an earlier version wrote it
    release_file.refresh("i-2")
    assert {path.stat().st_mode & 0o777 for path in lake().releases.rglob("*.duckdb")} == {0o444}
    with reader.open_release() as connection:
        assert connection.execute("select count(*) from plant.things").fetchone() == (12,)


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: another user (needs root)")
def test_another_user_may_read_a_release_and_cannot_open_it_for_writing(tmp_path: Path) -> None:
    file = release()
    open_to_read = [lake().root, file.parent, tmp_path, *tmp_path.parents]
    modes = {
        folder: folder.stat().st_mode & 0o7777 for folder in open_to_read if folder != Path("/")
    }
    try:
        for folder, mode in modes.items():
            folder.chmod(mode | 0o755)
        said = {how: opened_by_another_user(file, how == "ro") for how in ("ro", "rw")}
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    assert said["ro"] == "opened"
    assert "Permission denied" in said["rw"]


def test_a_full_disk_of_the_journal_says_where_and_how_much() -> None:
    journal.put("alerts", [{"alert_key": "a", "sent_at": "now", "body": "b"}])
    full, again = on_a_small_disk(lake().root, f"{sys.executable} -c {shlex.quote(FILL)}", 300)
    assert full.code == 1
    assert "DiskFull: The disk is full: the journal journal.db needs about" in full.said
    assert f"MB at {lake().root}, where" in full.said
    assert again.code == 0, again.said
    assert journal.rows("select count(*) as n from alerts") == [{"n": 41}]


FILL = (
    "from ingestion.lakehouse import journal\n"
    "journal.put('alerts', [dict(alert_key=str(i), sent_at='now', body='x' * 50_000)"
    " for i in range(40)])"
)


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(KeyError), room(tmp_path, "a thing", lambda: 1):
        raise KeyError("disk")
    with pytest.raises(duckdb.Error), room(tmp_path, "a thing", lambda: 1), duckdb.connect() as db:
        db.execute("select nonsense")
    assert is_full(duckdb.IOException("Could not write file: No space left on device"))
    with (
        pytest.raises(DiskFull, match="a thing needs about 3 MB at"),
        room(tmp_path, "a thing", lambda: 3_000_000),
    ):
        raise OSError(28, "No space left on device")
