"""Promises are plain data, checked when they are declared."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from expectations.promise import between, filled, no_rows, one_of, promise, table, unique

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = ("after_landing", "after_staging", "after_llm", "before_release")


def test_a_severity_is_critical_or_warn() -> None:
    with pytest.raises(ValueError, match="critical or warn"):
        promise("rows", "fatal", "expect_table_row_count_to_be_between")  # type: ignore[arg-type]


def test_a_query_reads_its_own_table() -> None:
    with pytest.raises(ValueError, match="own table"):
        no_rows("orphans", "warn", "select * from {other}")


def test_a_name_stands_once_in_a_table() -> None:
    with pytest.raises(ValueError, match="same name"):
        table("things", [*filled("a"), *filled("a")])


def test_changed_promises_change_the_fingerprint() -> None:
    before = table("things", [between("size", "critical", "size", 0, 1)], since="load_id")
    after = table("things", [between("size", "critical", "size", 0, 2)], since="load_id")
    assert before.fingerprint != after.fingerprint
    assert before.fingerprint == table("things", before.promises, since="load_id").fingerprint


def test_unique_takes_one_column_or_several() -> None:
    assert unique("a").expectation == "expect_column_values_to_be_unique"
    assert unique("a", "b").arguments == {"column_list": ["a", "b"]}
    assert one_of("a", ("x",)).arguments["value_set"] == ["x"]


@pytest.mark.parametrize("when", MOMENTS)
def test_each_gate_of_telemetry_promises_something_it_is_handed(when: str) -> None:
    tables = importlib.import_module(f"expectations.telemetry.{when}").TABLES
    model = (ROOT / "python_models/models/telemetry" / f"gate_telemetry__{when}.py").read_text()
    assert any(each.severity == "critical" for one in tables for each in one.promises)
    for one in tables:
        for name in {one.name}.union(*(each.references for each in one.promises)):
            given = name in ("batch", "last_release") or f'"{name}": dbt.' in model
            assert given, f"{when} is not handed {name}"


@pytest.mark.parametrize("when", MOMENTS)
def test_a_critical_promise_names_rows_to_look_at(when: str) -> None:
    for one in importlib.import_module(f"expectations.telemetry.{when}").TABLES:
        by_value = [each for each in one.promises if "column" in each.arguments]
        assert one.key or not by_value, f"{when}: {one.name} has no key"
