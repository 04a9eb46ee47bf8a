"""What the one test of a table's columns finds, and what a run says of it."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import pytest

from python_models.runs.failed_tests import told
from tests.dbt_project.portable.rendered import rendered

ROWS = "(values (1, 'a', 'x'), (1, 'a', null), (null, 'b', null), (null, 'b', 'y'))"
TABLE = f"(select * from {ROWS} as row_values(id, part, note)) as tried"


def found(not_null: list[str], unique: list[str | list[str]]) -> list[tuple[str, int]]:
    query = rendered(f'broken_promises("{TABLE}", {not_null}, {unique})', "duckdb")
    return duckdb.sql(query).fetchall()


@pytest.mark.parametrize(
    ("not_null", "unique", "broken"),
    [
        (["part"], [], []),
        (["id", "part", "note"], [], [("id is null", 2), ("note is null", 2)]),
        ([], ["note"], []),  # nulls of one column are not compared
        ([], ["id"], [("id is not unique", 1)]),
        ([], ["part"], [("part is not unique", 2)]),
        ([], [["id", "part"]], [("id, part is not unique", 2)]),  # those of several are
        ([], [["id", "note"]], []),
        (["id"], ["id", ["part", "note"]], [("id is null", 2), ("id is not unique", 1)]),
    ],
)
def test_a_broken_promise_is_a_row_that_says_which_and_how_often(
    not_null: list[str], unique: list[str | list[str]], broken: list[tuple[str, int]]
) -> None:
    assert found(not_null, unique) == broken


def test_a_run_says_what_a_failed_test_found() -> None:
    node = SimpleNamespace(
        unique_id="test.sluice.t",
        attached_node="model.sluice.int_telemetry__cycles",
        compiled_code=rendered(f"broken_promises(\"{TABLE}\", ['id'], [['id', 'part']])", "duckdb"),
        test_metadata=SimpleNamespace(name="not_null_and_unique"),
    )
    other = SimpleNamespace(test_metadata=None, compiled_code="select error('asked')")
    results = [
        SimpleNamespace(status="pass", node=node),
        SimpleNamespace(status="fail", node=other),
        SimpleNamespace(status="fail", node=node),
    ]
    assert [sentence for _, sentence in told(duckdb.connect(), results)] == [
        "int_telemetry__cycles: id is null (2); id, part is not unique (2)"
    ]
