"""What the last build worked out is found again, unless there is a reason not to use it."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import pytest

from python_models.release import reuse
from python_models.release.reuse import HASH, hash_of, last_build


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"create table found as select 1 as a, 'x' as {HASH}")
    connection.execute("create table older as select 1 as a")
    return connection


def flags(monkeypatch: pytest.MonkeyPatch, full_refresh: bool) -> None:
    monkeypatch.setattr("dbt.flags.get_flags", lambda: SimpleNamespace(FULL_REFRESH=full_refresh))


def test_the_last_builds_table_is_there(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags(monkeypatch, full_refresh=False)
    assert last_build(session, "found").fetchall() == [(1, "x")]


@pytest.mark.parametrize("table", ["older", "never_built"])
def test_a_table_without_hashes_gives_nothing(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    flags(monkeypatch, full_refresh=False)
    assert last_build(session, table) is None


def test_a_full_refresh_reuses_nothing(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags(monkeypatch, full_refresh=True)
    assert last_build(session, "found") is None


def test_every_column_and_the_code_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(values: str) -> str:
        told = hash_of(["a", "b"], "experiments")
        query = f"select {told} from (values ({values})) as given (a, b)"
        return duckdb.sql(query).fetchone()[0]

    rows = ["'x', 'y'", "'xy', ''", "'x', null", "null, 'x'", "'', 'x'", "1, 2.5", "1, 2.50001"]
    assert len({hashed(row) for row in rows}) == len(rows)
    before = hashed(rows[0])
    assert hashed(rows[0]) == before
    monkeypatch.setattr(reuse, "code_hash", lambda _: "mended")
    assert hashed(rows[0]) != before
