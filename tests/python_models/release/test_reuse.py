"""What the last build worked out is found again, unless there is a reason not to use it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from ingestion.lakehouse import code_state
from python_models.release import reuse
from python_models.release.reuse import HASH, code_hash, hash_of, last_build, reusable_rows


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


def test_a_build_that_knows_of_no_full_refresh_reuses(
    session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbt.flags.get_flags", SimpleNamespace)
    assert last_build(session, "found") is not None


def test_a_model_that_is_only_estimated_has_no_table(session: duckdb.DuckDBPyConnection) -> None:
    assert last_build(session, None) is None


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


def rows(*given: tuple[int, str]) -> duckdb.DuckDBPyRelation:
    values = ", ".join(f"({gen_id}, '{each}')" for gen_id, each in given)
    return duckdb.sql(f"select * from (values {values}) as given (gen_id, {HASH})")


def test_without_a_last_build_all_is_left_to_do() -> None:
    wanted = rows((1, "a"))
    assert reusable_rows(wanted, None) == (None, wanted)


def test_rows_of_the_same_inputs_are_reused_and_the_others_left_to_do() -> None:
    before = rows((1, "a"), (2, "b"), (4, "d"), (5, "c"))
    reused, left = reusable_rows(rows((1, "a"), (2, "changed"), (3, "c")), before)
    assert reused is not None
    assert reused.to_pylist() == [{"gen_id": 1, HASH: "a"}]
    assert sorted(left.fetchall()) == [(2, "changed"), (3, "c")]


def test_where_every_row_is_reused_nothing_is_left_to_do() -> None:
    reused, left = reusable_rows(rows((1, "a"), (2, "b")), rows((2, "b"), (1, "a"), (3, "c")))
    assert reused is not None
    assert sorted(reused.column("gen_id").to_pylist()) == [1, 2]
    assert left.fetchall() == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "requirements.lock",
        "python_models/release/reuse.py",
        "python_models/studies/scores/read.py",
        "python_models/studies/words.yml",
        "python_models/llm/ask.jinja",
        "python_models/studies/notes.md",
        "python_models/release/publish.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(code_state, "PROJECT_ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "counts"), [
    ("requirements.lock", True),
    ("python_models/release/reuse.py", True),
    ("python_models/studies/scores/read.py", True),
    ("python_models/studies/words.yml", True),
    ("python_models/llm/ask.jinja", True),
    ("python_models/studies/notes.md", False),
    ("python_models/release/publish.py", False),
])  # fmt: skip
def test_what_turns_rows_into_results_counts(name: str, counts: bool, project: Path) -> None:
    before = code_hash.__wrapped__("studies")
    (project / name).write_text("mended")
    assert (code_hash.__wrapped__("studies") != before) == counts


def test_the_name_of_a_file_counts(project: Path) -> None:
    before = code_hash.__wrapped__("studies")
    (project / "python_models/llm/ask.jinja").rename(project / "python_models/llm/tell.jinja")
    assert code_hash.__wrapped__("studies") != before


def test_the_code_is_read_once_a_process(project: Path) -> None:
    code_hash.cache_clear()
    before = code_hash("studies")
    (project / "requirements.lock").write_text("mended")
    assert code_hash("studies") == before
    code_hash.cache_clear()
