"""What each stage has of a version: former ones stand until the new one has its answers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import pytest

MODELS = Path(__file__).resolve().parents[3] / "dbt_project/models/knowledge/intermediate"
CELLS = [("c", "rules", "v1"), ("c", "rules", "v2")]  # chunker, extractor, graph


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table int_knowledge__answers_counted (object_id varchar, version varchar,"
        " stage varchar, stage_key varchar, asked int, known int, good int, pending int,"
        " error varchar);"
        "create table int_knowledge__members (object_id varchar, version varchar,"
        " known_to timestamp);"
        "create table int_knowledge__cells (chunker_id varchar, extractor_id varchar,"
        " graph_id varchar);"
        "create table int_knowledge__versions_awaited (chunker_id varchar, extractor_id varchar,"
        " object_id varchar, version varchar)"
    )
    connection.executemany("insert into int_knowledge__cells values (?, ?, ?)", CELLS)
    return connection


def judged(lake: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    query = jinja2.Template((MODELS / "int_knowledge__answers_judged.sql").read_text())
    rows = lake.sql(query.render(ref=str, config=lambda **_: "", as_view=str))
    return rows.project("stage || ' ' || stage_key, state, why").order("1").fetchall()


def version(lake: duckdb.DuckDBPyConnection, name: str, is_former: bool, is_awaited: bool) -> None:
    ended = "2025-03-01" if is_former else None
    lake.execute("insert into int_knowledge__members values ('o', ?, ?)", [name, ended])
    if is_awaited:
        lake.execute(
            "insert into int_knowledge__versions_awaited values ('c', 'rules', 'o', ?)", [name]
        )


def counted(lake: duckdb.DuckDBPyConnection, *numbers: int, error: str | None = None) -> None:
    lake.execute(
        "insert into int_knowledge__answers_counted values"
        " ('o', 'new', 'extraction', 'c rules', ?, ?, ?, ?, ?)",
        [*numbers, error],
    )


def test_a_version_with_all_its_answers_is_current_in_every_graph(lake) -> None:
    version(lake, "old", True, False)
    version(lake, "new", False, False)
    counted(lake, 3, 3, 3, 0)
    names = ("extraction c rules", "graph v1", "graph v2")
    assert judged(lake) == [(name, "current", None) for name in names]


def test_a_changed_document_is_stale_until_its_answers_are_there(lake) -> None:
    version(lake, "old", True, False)
    version(lake, "new", False, True)
    counted(lake, 3, 2, 2, 0)
    why = "document changed, extraction pending"
    assert judged(lake) == [
        ("extraction c rules", "stale", why),
        ("graph v1", "stale", f"extraction: {why}"),
        ("graph v2", "stale", f"extraction: {why}"),
    ]


@pytest.mark.parametrize(
    ("numbers", "state"), [((3, 2, 2, 0), "missing"), ((3, 3, 2, 1), "pending"),
                           ((3, 3, 2, 0), "failed")],
)  # fmt: skip
@pytest.mark.parametrize("has_former", [True, False])
def test_what_no_former_version_stands_for_is_missing_in_the_graph(
    lake, numbers: tuple[int, ...], state: str, has_former: bool
) -> None:
    if has_former:  # it never had its answers either
        version(lake, "old", True, True)
    version(lake, "new", False, True)
    counted(lake, *numbers, error="the endpoint refuses")
    found = judged(lake)
    assert found[0] == ("extraction c rules", state, "the endpoint refuses")
    assert {row[1:] for row in found[1:]} == {("missing", "extraction: the endpoint refuses")}
