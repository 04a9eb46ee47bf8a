"""Who sees what of a release: each tier's file has its rows, names its files, and moves along."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from ingestion.lakehouse.tiers import TIERS, file_of
from python_models.release import kept_tables, release_file, rollback, sql
from python_models.release.mart_parts import mart_of
from python_models.release.reader import NothingReleased, of_tier, open_release, release_path
from python_models.release.tier_files import TierLeak
from tests.python_models.publishing import build_database, mart, publish

SECRET = {"open": "lighthouse", "restricted": "sextant", "private": "astrolabe"}
DOCS = mart(
    "documents", domain="knowledge", relation="plant.docs", key=("doc_id",), tier_column="tier"
)


def make_docs(build: duckdb.DuckDBPyConnection, **tier_of: str | None) -> None:
    """Make `plant.docs`: a document for each name, of a tier, whose text is that tier's word."""
    build.execute("create or replace table plant.docs (doc_id varchar, tier varchar, text varchar)")
    for name, tier in tier_of.items():
        text = f"{SECRET[tier or 'private']} of {name}"
        build.execute("insert into plant.docs values (?, ?, ?)", [name, tier, text])


@pytest.fixture
def docs() -> None:
    """Publish a document of each tier, and one that does not say its own."""
    with build_database() as build:
        make_docs(build, a="open", b="restricted", c="private", d=None)
        publish(build, DOCS)


def seen(tier: str) -> list[str]:
    with open_release(release_path(tier=tier)) as release:
        found = release.execute("select doc_id from knowledge.documents order by 1").fetchall()
    return [name for (name,) in found]


def test_each_tier_sees_its_rows_and_those_before_it(docs: None) -> None:
    assert [seen(tier) for tier in TIERS] == [["a"], ["a", "b"], ["a", "b", "c", "d"]]


def test_nothing_of_a_stricter_tier_lies_in_a_file_or_in_a_file_it_names(docs: None) -> None:
    for tier, hidden in (("open", TIERS[1:]), ("restricted", TIERS[2:])):
        path = release_path(tier=tier)
        with duckdb.connect(str(path), read_only=True) as opened:
            named = [one for (one,) in opened.execute("from ops.release_paths").fetchall()]
        assert named
        texts = [path.read_bytes()]
        for name in named:
            with duckdb.connect() as plain:  # Parquet is packed: its rows are looked through
                rows = plain.execute("select * from read_parquet($name)", {"name": name})
                texts.append(repr(rows.fetchall()).encode())
        for word in (SECRET[one].encode() for one in hidden):
            assert not any(word in text for text in texts)


def test_a_reader_of_a_tier_reaches_no_other_file_even_by_its_path(docs: None) -> None:
    with open_release() as whole:
        (sql_text,) = whole.execute(
            "select sql from duckdb_views() where view_name = 'documents'"
        ).fetchone()
    hidden = [one for one in sql_text.split("'") if "sluice_part=private" in one]
    assert len(hidden) == 1 and Path(hidden[0]).exists()
    with open_release(release_path(tier="open")) as release:
        for path in (*hidden, str(lake().latest.resolve())):
            with pytest.raises(duckdb.PermissionException):
                release.execute(f"from read_blob('{path}')")


def test_a_document_that_changes_its_tier_changes_the_file(docs: None) -> None:
    with build_database() as build:
        make_docs(build, a="private", b="open", c="private")
        publish(build, DOCS)
    assert [seen(tier) for tier in TIERS] == [["b"], ["b"], ["a", "b", "c"]]


def test_parts_of_a_day_are_parted_by_tier_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("python_models.release.mart_parts.ROWS_WORTH_A_PART", 1)
    with build_database() as build:
        build.execute(
            "create table plant.docs as select i::varchar as doc_id, date '2026-01-01' + i::int"
            " as day, ['open', 'private'][1 + i % 2] as tier from range(4) as numbers (i)"
        )
        by_day = dataclasses.replace(DOCS, partition_by="day")
        publish(build, by_day)
        build.execute("insert into plant.docs values ('9', date '2026-01-02', 'open')")
        again = publish(build, by_day)
    assert again[1][0].parts_written == 1
    assert [seen(tier) for tier in TIERS] == [["0", "2", "9"], ["0", "2", "9"], list("01239")]


def test_files_of_all_tiers_move_together_and_come_and_go_with_the_whole_one(docs: None) -> None:
    def pointed() -> set[str]:
        links = [lake().latest_of(tier) for tier in TIERS]
        return {link.resolve(strict=True).name for link in links}

    with build_database() as build:
        make_docs(build, z="open")
        publish(build, DOCS)
    assert len(pointed()) == 1 and seen("open") == ["z"]
    rollback.release_rollback(argparse.Namespace(id="1", domain=None, json=True))
    assert len(pointed()) == 1 and seen("open") == ["a"]
    for _ in range(5):
        release_file.refresh(None)
    whole = {path.name for path in lake().releases.glob("*.duckdb")}
    for tier in TIERS[:2]:
        assert {path.name for path in (lake().releases / tier).iterdir()} == whole


def test_a_release_of_an_earlier_version_gets_its_files_when_readers_go_back_to_it(
    docs: None,
) -> None:
    first = lake().latest.resolve()
    with build_database() as build:
        make_docs(build, z="open")
        publish(build, DOCS)
    file_of(first, "open").unlink()
    with pytest.raises(NothingReleased, match="no file for the tier open"):
        of_tier(first, "open")
    rollback.release_rollback(argparse.Namespace(id="1", domain=None, json=True))
    assert seen("open") == ["a"]


def test_tables_that_were_published_before_they_were_parted_are_not_shown(docs: None) -> None:
    with build_database() as build:
        publish(build, mart("documents", domain="knowledge", relation="plant.docs"))
    assert seen("private") == ["a", "b", "c", "d"]
    assert seen("restricted") == []


def test_rows_in_a_file_of_another_tier_stop_the_release(docs: None) -> None:
    row = journal.rows("select * from release_tables where table_name = 'documents'")[0]
    files = json.loads(row["files"])
    private = next(path for path in files if "sluice_part=private." in path)
    wrong = Path(private.replace("sluice_part=private.", "sluice_part=open."))
    wrong.parent.mkdir()
    shutil.copy(private, wrong)
    journal.change("release_tables", {"release_id": 1}, {"files": json.dumps([*files, str(wrong)])})
    before = lake().latest.readlink()
    with pytest.raises(TierLeak, match=r"knowledge\.documents has rows that are not of the tier"):
        release_file.refresh(None)
    assert lake().latest.readlink() == before and seen("open") == ["a"]


def test_what_tells_of_rows_is_not_told_to_lower_tiers(docs: None) -> None:
    now = journal.now()
    same = {"invocation_id": "i", "run_id": "r", "started_at": now, "ended_at": now}
    journal.put("runs", [same | {"command": "run SOURCE=astrolabe", "message": "astrolabe failed",
                                 "status": "failed", "pins": "{}"}])  # fmt: skip
    journal.put("node_runs", [
        same | {"domain": name, "node": f"n_{name}", "unique_id": name, "message": "astrolabe",
                "status": "error"}
        for name in ("knowledge", "telemetry")
    ])  # fmt: skip
    gate = {
        "invocation_id": "i", "gate": "g", "expectation": "e", "observed": "astrolabe",
        "sample_keys": "astrolabe", "severity": "critical", "success": 0, "checked_at": now,
    }  # fmt: skip
    journal.put("gate_results", [gate | {"table_name": "knowledge.documents"}])
    kept_tables.keep("conversations", "exports", [{"export_id": "e", "file": "astrolabe.jsonl"}])
    whole = release_file.refresh(None)
    assert b"astrolabe" in whole.read_bytes()
    for tier in TIERS[:2]:
        path = file_of(whole, tier)
        assert b"astrolabe" not in path.read_bytes()
        with open_release(path) as release:
            count = "select (select count(*) from ops.runs where run_id = 'r'),"
            count += (
                " (select count(*) from ops.node_runs), (select count(*) from ops.gate_results)"
            )
            assert release.execute(count).fetchone() == (1, 0, 0)


def test_rows_without_a_tier_are_seen_from_the_tier_that_they_count_as(
    docs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with build_database() as build:
        build.execute("create or replace table plant.things as select 1 as thing_id")
        publish(build, mart(domain="telemetry"))

    def counted(tier: str) -> int:
        with open_release(release_path(tier=tier)) as release:
            return len(release.execute("from telemetry.things").fetchall())

    with pytest.raises(duckdb.CatalogException):
        counted("restricted")
    monkeypatch.setenv("SLUICE_UNTIERED", "restricted")
    reset_settings()
    release_file.refresh(None)
    assert counted("restricted") == 1
    with pytest.raises(duckdb.CatalogException):
        counted("open")


def test_a_setting_restricts_the_commands_of_this_machine(
    docs: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["--query", "select doc_id from knowledge.documents order by 1", "--format", "csv"]
    assert sql.main(ask) == 0
    assert capsys.readouterr().out.split() == ["doc_id", "a", "b", "c", "d"]
    monkeypatch.setenv("SLUICE_TIERS", "open,restricted")
    reset_settings()
    assert sql.main(ask) == 0
    assert capsys.readouterr().out.split() == ["doc_id", "a", "b"]


def test_a_mart_says_its_tier_by_its_column_or_by_another_that_it_names() -> None:
    def node(schema: str, columns: tuple[str, ...], **release: str) -> dict:
        return {"schema": schema, "name": "t", "config": {"meta": {"release": release}},
                "columns": {name: {} for name in columns}}  # fmt: skip

    assert mart_of(node("knowledge", ("a", "tier"))).tier_column == "tier"
    assert mart_of(node("knowledge", ("a",))).tier_column is None
    assert mart_of(node("news", ("a", "tier"))).tier_column is None
    named = node("conversations", ("tier", "access_tier"), tier="access_tier")
    assert mart_of(named).tier_column == "access_tier"
