from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.settings import reset_settings
from python_models.release import reader, sql
from tests.python_models.publishing import build_database, make_things, mart, publish


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One release for all tests of this file; a locked connection cannot change it."""
    root = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLUICE_LAKE", str(root))
        reset_settings()
        with build_database() as build:
            make_things(build)
            publish(build, mart())
        (root / "warehouse" / "raw_telemetry").mkdir()
        (root / "warehouse" / "raw_telemetry" / "restricted.csv").write_text("secret\n1\n")
    reset_settings()
    yield root


@pytest.fixture(autouse=True)
def use_released(released: Path, clean_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_LAKE", str(released))
    reset_settings()


PAYLOADS = [
    "select * from read_text('/etc/passwd')",
    "select * from read_csv('{lake}/warehouse/raw_telemetry/restricted.csv')",
    "select * from read_csv('{lake}/warehouse/plant/things/../../raw_telemetry/restricted.csv')",
    "select * from read_blob('{lake}/journal.db')",
    "select * from '{lake}/build.duckdb'",
    "select * from glob('{lake}/*')",
    "attach '{lake}/build.duckdb' as build",
    "attach ':memory:' as other; copy plant.things to '/tmp/stolen.csv'",
    "copy plant.things to '/tmp/stolen.csv'",
    "copy (select 1) to '{lake}/stolen.csv'",
    "export database '/tmp/stolen'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set allowed_directories = ['/']",
    "pragma profile_output = '/tmp/stolen.csv'",
    "reset enable_external_access",
    "create table plant.mine as select 1",
    "insert into ops.runs select * from ops.runs",
    "drop view plant.things",
    "delete from ops.releases",
    "select * from read_parquet('https://example.com/x.parquet')",
    "select * from read_csv('s3://bucket/x.csv')",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_locked_connection_refuses(released: Path, payload: str) -> None:
    with reader.open_release() as connection, pytest.raises(duckdb.Error):
        connection.execute(payload.format(lake=released)).fetchall()
    assert not Path("/tmp/stolen.csv").exists()


@pytest.mark.parametrize(
    "payload",
    [
        "copy (select 1) to '{lake}/warehouse/plant/things/planted.csv'",
        "select 1; select 2",
        "explain analyze select 1",
        "call pragma_version()",
        "pragma enable_profiling",
        "set threads = 1",
        "",
        "-- nothing",
    ],
)
def test_console_takes_one_select_and_nothing_else(released: Path, payload: str) -> None:
    with (
        reader.open_release() as connection,
        pytest.raises((reader.StatementRefused, duckdb.Error)),
    ):
        reader.only_select(connection, payload.format(lake=released))


def test_released_rows_can_be_read_and_joined(released: Path) -> None:
    with reader.open_release() as connection:
        found = connection.execute(
            "select count(*), max(releases.release_id) from plant.things, ops.releases"
        ).fetchone()
    assert found == (12, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to '{lake}/warehouse/plant/things/planted.csv';",
        "copy plant.things to '/tmp/stolen.csv';",
        "attach '{lake}/build.duckdb' as build;",
        "install httpfs;",
        "create table plant.mine as select 1;",
        "set threads = 1;",
        ".shell touch /tmp/stolen.csv",
    ],
)
def test_shell_answers_selects_and_refuses_all_else(
    released: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
) -> None:
    typed = iter([statement.format(lake=released), "select 40 + 2 as answer;", ".quit"])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(typed))
    files = sorted((released / "warehouse").rglob("*"))
    assert sql.main([]) == 0
    assert "42" in capsys.readouterr().out
    assert sorted((released / "warehouse").rglob("*")) == files
    assert not Path("/tmp/stolen.csv").exists()


def test_missing_release_is_said_with_the_command_that_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path))
    reset_settings()
    with pytest.raises(reader.NothingReleased, match="make run"):
        reader.open_release()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("csv", "thing_id,name\n0,thing 0\n"),
        ("json", '[\n  {"thing_id": 0, "name": "thing 0"}\n]\n'),
    ],
)
def test_query_is_answered_as(
    released: Path, capsys: pytest.CaptureFixture[str], form: str, said: str
) -> None:
    query = "select thing_id, name from plant.things where thing_id = 0"
    assert sql.main(["--query", query, "--format", form]) == 0
    assert capsys.readouterr().out == said


def test_text_in_brackets_is_shown_as_it_is(
    released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sql.main(["--query", "select '[bold]x[/bold]' as text, null as nothing"]) == 0
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_query_that_fails_says_why_and_fails(
    released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sql.main(["--query", "select nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err
    assert sql.main(["--query", "drop view plant.things"]) == 1
    assert "Only SELECT is allowed" in capsys.readouterr().err
