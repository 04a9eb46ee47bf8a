"""A lake has a version: an older one is brought forward whole, a newer one is refused by all."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import generation, journal, lake_version, migrations
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.migrations import JOURNAL, Migration, add_column
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.llm.ledger.journal import connect
from python_models.release import release_file
from python_models.upkeep import relocate
from tests.python_models import old_lake

ADMIT = "from ingestion.lakehouse.lake import lake; lake()"
# what a developer writes to add a column; a process that has it stands for the next version
NEXT = (
    "from ingestion.lakehouse import migrations as m; m.MIGRATIONS = (*m.MIGRATIONS, m.Migration("
    "m.layout() + 1, m.JOURNAL, 'runs say who asked', lambda connection: m.add_column("
    "connection, 'runs', 'asked_by', 'text')))\n"
)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return old_lake.unpack(tmp_path / "old", monkeypatch)


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=os.environ | environment, capture_output=True, text=True
    )


def number_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return migrations.number_of(connection)


def schema_of(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table' and name not like 'kept_%'"
        ).fetchall()
        return {
            name: {row[1] for row in connection.execute(f"pragma table_info({name})")}
            for (name,) in tables
        }


def stores(root: Path) -> list[Path]:
    return [path for _, path in lake_version.stores_of(root)]


def test_a_new_lake_has_an_id_the_newest_layout_and_generation_zero() -> None:
    version = lake_version.read_version(lake().root)
    assert version is not None
    assert len(version.lake_id) == 32
    assert (version.layout, version.generation, version.stores) == (migrations.layout(), 0, ())


def test_an_old_lake_is_brought_forward_by_the_first_command(old: Path) -> None:
    assert lake_version.read_version(old) is None
    assert [number_of(path) for path in stores(old)] == [0, 0, 0, 0, 0]
    assert python(ADMIT).returncode == 0
    version = lake_version.read_version(old)
    assert version is not None
    assert version.layout == migrations.layout()
    assert set(version.stores) == {"journal", "catalog", "releases"}
    assert [number_of(path) for path in stores(old)] == [migrations.layout()] * 5
    for name in ("journal.db", "catalog.db"):
        with closing(sqlite3.connect(old / name)) as connection:
            assert lake_version.identity_of(connection) == (version.lake_id, 0)
    assert not generation.troubles(old)
    again = python(ADMIT)
    assert (again.returncode, lake_version.read_version(old)) == (0, version)


def test_an_old_journal_becomes_what_a_new_one_is(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake()
    journal.rows("select 1")
    brought = schema_of(old / "journal.db")
    old_lake.use(tmp_path / "new", monkeypatch)
    journal.rows("select 1")
    connect(lake().journal_db).close()
    assert brought == schema_of(lake().journal_db)


def test_an_old_lake_is_relocated_and_its_old_releases_are_read(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {row["run_id"] for row in journal.rows("select run_id from runs")}
    assert relocate.relocate(argparse.Namespace(json=True)) == 0
    capsys.readouterr()
    counts = []
    for release_id in (3, 4):
        with duckdb.connect(str(release_file.newest_file(release_id)), read_only=True) as opened:
            counts.append(opened.execute("select count(*) from telemetry.cycles").fetchone()[0])
            runs = {row[0] for row in opened.execute("select run_id from ops.runs").fetchall()}
            assert runs == before
            assert opened.execute("select count(*) from ops.releases").fetchone() == (4,)
    assert 0 < counts[0] < counts[1]
    assert release_file.current_release_id() == 4
    assert not generation.troubles(old)


POINTS = ("migration.1", "migration.2", "migration.4", "migrated.journal", "migrated.catalog")


@pytest.mark.parametrize("point", POINTS)
def test_a_migration_killed_in_the_middle_is_finished_by_the_next_command(
    old: Path, point: str
) -> None:
    assert python(ADMIT, FAULT=point).returncode == 137
    assert lake_version.read_version(old) is None
    ids = set()
    for name in ("journal.db", "catalog.db"):
        with closing(sqlite3.connect(old / name)) as connection:
            ids |= {known[0]} if (known := lake_version.identity_of(connection)) else set()
    assert python(ADMIT).returncode == 0
    version = lake_version.read_version(old)
    assert version is not None
    assert ids <= {version.lake_id}
    assert [number_of(path) for path in stores(old)] == [migrations.layout()] * 5
    assert not generation.troubles(old)
    assert len(journal.rows("select run_id from runs")) == 2


def test_processes_that_find_an_old_lake_at_once_bring_it_forward_once(old: Path) -> None:
    code = ADMIT + "; from ingestion.lakehouse import journal; journal.rows('select 1')"
    command = [sys.executable, "-c", code]
    running = [subprocess.Popen(command, cwd=PROJECT_ROOT) for _ in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    with closing(sqlite3.connect(old / "journal.db")) as connection:
        assert connection.execute("select count(*) from lake_identity").fetchone() == (1,)
    assert not generation.troubles(old)


def test_a_column_added_to_runs_is_one_migration(old: Path) -> None:
    assert python(ADMIT).returncode == 0
    number = migrations.layout() + 1
    killed = python(NEXT + ADMIT, FAULT=f"migration.{number}")
    assert killed.returncode == 137
    assert "asked_by" not in schema_of(old / "journal.db")["runs"]
    assert number_of(old / "journal.db") == number - 1
    # the change was not made, so this code may go on
    assert len(journal.rows("select run_id from runs")) == 2

    brought = python(NEXT + ADMIT)
    assert brought.returncode == 0, brought.stderr
    assert "asked_by" in schema_of(old / "journal.db")["runs"]
    assert lake_version.read_version(old).layout == number
    write = (
        "from ingestion.lakehouse import journal; journal.change('runs', {'status': 'success'}, "
        "{'asked_by': 'anna'}); print([row['asked_by'] for row in journal.rows('select * from "
        "runs')])"
    )
    assert python(NEXT + write).stdout.strip() == "['anna', 'anna']"
    with pytest.raises(lake_version.NewerLake, match=f"layout {number}"):
        journal.rows("select 1")


def test_a_lake_that_runs_an_older_build_is_not_changed_under_it(old: Path) -> None:
    import fcntl

    with (old / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        refused = python("from ingestion.lakehouse.settings import told\n" + ADMIT)
        assert refused.returncode == 1
        assert "Wait for it to end" in refused.stderr
    assert number_of(old / "journal.db") == 0
    assert python(ADMIT).returncode == 0


COMMANDS = [
    ["ingestion"],
    ["python_models.runs.run", "--demo"],
    ["python_models.runs.run", "--build-only"],
    *(["python_models.runs", *words] for words in (
        ["runs"], ["run-show"], ["run-compare", "a", "b"], ["resume"], ["releases"],
        ["phase-run", "--run", "a", "--phase", "marts"], ["release-rollback", "1"],
        ["phase-show", "--phase", "marts"], ["release-diff", "1", "2"], ["retention"],
        ["export-run", "last", "out"], ["compact"], ["relocate"], ["doctor"], ["docs"],
        ["watch", "--at-once"],
    )),
    ["python_models.release.sql", "--query", "select 1"],
    ["python_models.runs.estimate"],
    ["python_models.llm.ledger.forget", "--template", "a"],
    ["python_models.telemetry.detection"],
    ["python_models.experiments.ask_failed"],
    ["python_models.experiments.export", "--dir", "out", "--cohort", "a"],
    ["python_models.conversations.export", "--set", "a"],
    ["ingestion.telemetry.simulator"],
    ["ingestion.conversations.demo"],
    ["ingestion.experiments.demo"],
]  # fmt: skip


def test_a_newer_lake_is_refused_by_every_command_with_the_layout_it_needs(tmp_path: Path) -> None:
    root = lake().root
    newer = json.loads((root / "VERSION").read_text()) | {"layout": 99, "written_by": "9.1"}
    (root / "VERSION").write_text(json.dumps(newer))
    before = {path.name for path in root.iterdir()}
    wrong = {}
    for start in range(0, len(COMMANDS), 4):
        running = {
            " ".join(words): subprocess.Popen(
                [sys.executable, "-m", *words], cwd=PROJECT_ROOT, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for words in COMMANDS[start : start + 4]
        }  # fmt: skip
        for name, process in running.items():
            said, _ = process.communicate(timeout=120)
            if not process.returncode or "layout 99" not in said or "9.1" not in said:
                wrong[name] = (process.returncode, said[-500:])
            if "Traceback" in said:
                wrong[name] = said[-800:]
    assert not wrong
    assert {path.name for path in root.iterdir()} == before
    assert not (tmp_path / "out").exists()


def test_a_newer_lake_is_refused_by_dbt_typed_by_hand_and_by_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dashboards.parts.release import current_release
    from tests.python_models.tiny import Tiny

    root = lake().root
    newer = json.loads((root / "VERSION").read_text()) | {"layout": 99}
    (root / "VERSION").write_text(json.dumps(newer))
    with pytest.raises(lake_version.NewerLake, match="layout 99"):
        current_release()
    tiny = Tiny(root.parent)
    tiny.write_things()
    monkeypatch.setattr(
        "python_models.runs.dbt_command.DBT_FOLDER", Path(__file__).parents[1] / "tiny_project"
    )
    code, said = tiny.dbt("build")
    assert code
    assert "layout 99" in said
    assert not (root / "journal.db").exists()


def test_a_journal_that_newer_code_changed_is_refused_though_version_was_lost(old: Path) -> None:
    lake()
    with closing(sqlite3.connect(old / "journal.db")) as connection:
        migrations.set_number(connection, 99)
    (old / "VERSION").unlink()
    with pytest.raises(lake_version.NewerLake, match=r"journal\.db has layout 99"):
        journal.rows("select 1")


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [migration.number for migration in migrations.MIGRATIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_version_that_was_lost_is_written_anew_with_the_same_id(old: Path) -> None:
    lake()
    generation.raise_generation(old)
    known = lake_version.read_version(old)
    (old / "VERSION").unlink()
    lake()
    assert lake_version.read_version(old) == known


def test_a_migration_applies_once_and_needs_no_table(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        add_column(connection, "runs", "asked_by", "text")
        assert migrations.bring_forward(connection, JOURNAL) == [1, 4, 5]
        assert migrations.bring_forward(connection, JOURNAL) == []
    assert Migration(9, JOURNAL, "x", lambda connection: None).number == 9
