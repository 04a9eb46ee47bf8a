"""Vectors and texts in a PostgreSQL with pgvector: in step by content, nothing written twice."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from typing import Any

import duckdb
import psycopg2
import pytest

from ingestion.lakehouse.settings import SettingsError
from python_models.knowledge import vectors_sync
from python_models.knowledge.vectors_sync import Synced, synced
from python_models.llm.offline.embeddings import embed_words
from tests.ingestion.telemetry.test_databases import postgres  # noqa: F401  a server for these tests
from tests.python_models.knowledge.search.corpus import release_of, with_vectors

TEXTS = [
    ("wiki", "Atlas owns billing"),
    ("chat", "It's the ledger's \x00 \\ \t day"),
    ("wiki", "harbour"),
]
TIERS = ["open", "restricted"]


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Iterator[Any]:
    address = os.environ.get("SLUICE_TEST_PGVECTOR") or request.getfixturevalue("postgres")
    connection = psycopg2.connect(address)
    yield connection
    connection.close()


@pytest.fixture
def release() -> duckdb.DuckDBPyConnection:
    found = release_of(TEXTS)
    with_vectors(found, "words")
    found.execute("alter table knowledge.documents add text_hash varchar")  # of the whole text
    return found


@pytest.fixture
def table() -> str:
    return f'sluice "{uuid.uuid4()}"'


def rows(target: Any, table: str, query: str) -> list[tuple[Any, ...]]:
    quoted = '"' + table.replace('"', '""') + '"'
    with target, target.cursor() as cursor:
        cursor.execute(query.format(table=quoted))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@pytest.mark.pgvector
def test_what_changed_is_put_there_what_is_gone_goes_and_the_rest_stays(
    release: duckdb.DuckDBPyConnection, target: Any, table: str
) -> None:
    assert synced(release, target, TIERS, table=table) == Synced(table, 3, 0, 0)
    assert synced(release, target, TIERS, table=table) == Synced(table, 0, 0, 3)
    text = "select text from {table} order by chunk_id"
    assert rows(target, table, text) == [
        ("Atlas owns billing",), ("It's the ledger's \ufffd \\ \t day",), ("harbour",)
    ]  # fmt: skip
    release.execute(
        "update knowledge.documents set title = 'Renamed' where object_id = '0000';"
        "update knowledge.documents set is_current = false where object_id = '0001'"
    )
    assert synced(release, target, TIERS, table=table) == Synced(table, 1, 1, 1)
    titles = "select title from {table} order by chunk_id"
    assert rows(target, table, titles) == [("Renamed",), ("Page 2",)]


@pytest.mark.pgvector
def test_a_vector_is_found_by_its_nearness(
    release: duckdb.DuckDBPyConnection, target: Any, table: str
) -> None:
    synced(release, target, TIERS, table=table)
    asked = str(embed_words("who owns billing"))
    nearest = f"select chunk_id from {{table}} order by embedding <=> '{asked}' limit 1"
    assert rows(target, table, nearest) == [("0000",)]


@pytest.mark.pgvector
def test_another_model_replaces_its_vectors_and_a_tier_that_may_not_leave_goes(
    release: duckdb.DuckDBPyConnection, target: Any, table: str
) -> None:
    synced(release, target, TIERS, table=table)
    release.execute("update knowledge.embeddings set vector = [0.6::float, 0.8::float]")
    assert synced(release, target, TIERS, table=table) == Synced(table, 3, 0, 0)
    release.execute("update knowledge.embeddings set vector = [0.8::float, 0.6::float]")
    release.execute("update knowledge.chunks set tier = 'private' where object_id = '0001'")
    assert synced(release, target, TIERS, table=table) == Synced(table, 2, 1, 0, 1)
    vectors = "select distinct embedding::text from {table}"
    assert rows(target, table, vectors) == [("[0.8,0.6]",)]


@pytest.mark.pgvector
def test_a_sync_that_breaks_leaves_all_as_it_was(
    release: duckdb.DuckDBPyConnection,
    target: Any,
    table: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    synced(release, target, TIERS, table=table)
    release.execute("update knowledge.documents set title = 'Renamed'")

    def broken(*_: object) -> Iterator[Any]:
        yield from list(whole(release, *_[1:]))[:1]
        raise OSError("the lake's disk is gone")

    whole = vectors_sync._batches
    monkeypatch.setattr(vectors_sync, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(vectors_sync, "_batches", broken)
    with pytest.raises(OSError, match="disk is gone"):
        synced(release, target, TIERS, table=table)
    assert rows(target, table, "select count(*) from {table} where title = 'Renamed'") == [(0,)]


@pytest.mark.postgres
def test_a_table_of_something_else_is_neither_dropped_nor_written(
    postgres: str,  # noqa: F811  the fixture
    table: str,
) -> None:
    quoted = '"' + table.replace('"', '""') + '"'
    with contextlib.closing(psycopg2.connect(postgres)) as target, target.cursor() as cursor:
        assert vectors_sync._size_of(cursor, table) is None
        cursor.execute(f"create table {quoted} (id bigint, embedding varchar(9))")
        with pytest.raises(SettingsError, match="is a table of something else"):
            vectors_sync._size_of(cursor, table)
        cursor.execute(f"alter table {quoted} add chunk_id text, add content_hash text")
        assert vectors_sync._size_of(cursor, table) == 4 + 9  # as PostgreSQL keeps a varchar's


@pytest.mark.parametrize(
    ("said", "leaves"), [((), ["open"]), (("--tiers", "open, private"), ["open", "private"])]
)
def test_only_what_is_open_leaves_unless_it_is_said(
    release: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, said: Any, leaves: Any
) -> None:
    asked: list[Any] = []

    def sync(*arguments: Any) -> Synced:
        asked.append(arguments[2])
        return Synced("sluice_words")

    monkeypatch.setenv("PGVECTOR_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setattr(vectors_sync, "open_release", lambda: release)
    monkeypatch.setattr(vectors_sync, "synced", sync)
    target = release.cursor()
    monkeypatch.setattr(vectors_sync.psycopg2, "connect", lambda _: target)
    assert vectors_sync.main(["--to", "pgvector", *said]) == 0
    assert asked == [leaves]


def test_a_tier_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGVECTOR_URL", "postgresql://nobody@localhost/none")
    for said in ("opne", "", "open,secret"):
        with pytest.raises(SettingsError, match="say some of open, restricted, private"):
            vectors_sync.main(["--to", "pgvector", "--tiers", said])


def test_an_embedder_without_vectors_is_told(release: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SettingsError, match="no vectors of the embedder other"):
        synced(release, None, TIERS, "other")


def test_an_address_that_is_missing_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="PGVECTOR_URL is not set"):
        vectors_sync.main(["--to", "pgvector"])


def test_the_query_reads_what_a_release_has(release: duckdb.DuckDBPyConnection) -> None:
    asked = {"chunker": "whole", "embedder": "words", "tiers": TIERS}
    offered = dict(vectors_sync._rows(release, vectors_sync.LISTED, asked))
    assert sorted(offered) == ["0000", "0001", "0002"]
    some = list(vectors_sync._batches(release, asked | {"chunks": ["0001"]}))
    (((chunk_id, content_hash, *_), *others),) = some
    assert (chunk_id, content_hash, others) == ("0001", offered["0001"], [])
