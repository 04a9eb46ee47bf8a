"""What came of a promise: whether it stops a build, what is said, and what the journal keeps."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from expectations.outcome import (
    SCHEMA,
    Outcome,
    broken_gate,
    is_broken_check,
    let_pass,
    outcomes_of,
    to_arrow,
)
from expectations.promise import promise, table
from expectations.slices import Slice

AT = datetime(2026, 1, 2, 3, 4, 5, 678)
BROKEN = Outcome(
    gate="gate_shop__after_landing",
    table_name="things",
    expectation="size is small",
    severity="critical",
    success=False,
    broken_check=False,
    observed="10 of 100 rows (10 %)",
    expected="0 to 89",
    unexpected_count=10,
    sample_keys=[{"thing_id": at, "kind": "ü"} for at in range(5)],
    checked_at=AT,
    promises_hash="of promises",
    judged_up_to="load-9",
    inputs_hash="of inputs",
)


def found(success: bool = True, error: str | None = None, **result: Any) -> Any:
    """Return what Great Expectations says of one expectation."""
    raised = {"raised_exception": error is not None, "exception_message": error}
    kind = SimpleNamespace(type="expect_column_values_to_be_between")
    return SimpleNamespace(
        success=success, exception_info=raised, result=result, expectation_config=kind
    )


def outcome_of(result: Any, **arguments: Any) -> Outcome:
    kind = "unexpected_rows_expectation" if arguments else "expect_column_values_to_be_between"
    given = arguments or {"column": "size", "min_value": 0, "max_value": 89}
    made = promise("size is small", "warn", kind, **given)
    judged = table("things", [made], key=["thing_id"])
    (one,) = outcomes_of("a gate", judged, Slice("q", "load-9"), {made.name: result}, AT, "inputs")
    assert (one.gate, one.table_name, one.expectation) == ("a gate", "things", "size is small")
    assert (one.severity, one.judged_up_to, one.inputs_hash) == ("warn", "load-9", "inputs")
    assert (one.checked_at, one.promises_hash) == (AT, judged.fingerprint)
    return one


@pytest.mark.parametrize(
    ("severity", "success", "stops"),
    [
        ("critical", False, True),
        ("critical", True, False),
        ("warn", False, False),
        ("warn", True, False),
    ],
)
def test_only_a_critical_promise_that_is_broken_stops(
    severity: str, success: bool, stops: bool
) -> None:
    assert replace(BROKEN, severity=severity, success=success).stops_the_build is stops


def test_a_broken_promise_is_one_sentence_with_three_examples() -> None:
    assert BROKEN.promise_id == "gate_shop__after_landing/things/size is small"
    assert BROKEN.sentence == (
        "things: size is small -- 10 of 100 rows (10 %) (promised: 0 to 89) for example "
        "thing_id=0, kind=ü; thing_id=1, kind=ü; thing_id=2, kind=ü"
    )
    bare = replace(BROKEN, expected="", sample_keys=[])
    assert bare.sentence == "things: size is small -- 10 of 100 rows (10 %)"
    raised = replace(BROKEN, broken_check=True, observed="no such column")
    assert raised.sentence == "things: size is small -- the check itself is broken: no such column"


def test_what_came_of_a_promise_stays() -> None:
    with pytest.raises(FrozenInstanceError):
        BROKEN.success = True  # type: ignore[misc]


def test_the_journal_keeps_flags_as_numbers_and_keys_as_json() -> None:
    row = BROKEN.journal_row()
    assert (row["success"], row["broken_check"], row["unexpected_count"]) == (0, 0, 10)
    assert row["checked_at"] == "2026-01-02 03:04:05.000678"
    assert json.loads(row["sample_keys"]) == BROKEN.sample_keys
    assert "ü" in row["sample_keys"]
    dated = replace(BROKEN, success=True, broken_check=True, sample_keys=[{"day": AT}])
    row = dated.journal_row()
    assert (row["success"], row["broken_check"]) == (1, 1)
    assert json.loads(row["sample_keys"]) == [{"day": "2026-01-02 03:04:05.000678"}]
    kept = {"gate", "table_name", "expectation", "severity", "observed", "expected"}
    assert {name: row[name] for name in kept} == {name: getattr(dated, name) for name in kept}


def test_outcomes_are_rows_of_the_gates_table() -> None:
    dated = replace(BROKEN, sample_keys=[{"day": AT, "name": "ü"}])
    rows = to_arrow([BROKEN, dated])
    assert rows.schema.equals(SCHEMA)
    first, second = rows.to_pylist()
    as_they_are = [name for name in SCHEMA.names if name != "sample_keys"]
    assert {name: first[name] for name in as_they_are} == {
        name: getattr(BROKEN, name) for name in as_they_are
    }
    assert second["sample_keys"] == '[{"day": "2026-01-02 03:04:05.000678", "name": "ü"}]'


def test_what_holds_is_told_with_what_was_found() -> None:
    one = outcome_of(found(unexpected_count=0, element_count=7, unexpected_percent_total=0.0))
    assert (one.success, one.broken_check, one.unexpected_count) == (True, False, 0)
    assert (one.observed, one.expected) == ("0 of 7 rows (0 %)", "0 to 89")
    assert one.sample_keys == []


def test_a_check_that_raises_is_broken_whatever_it_says_of_success() -> None:
    one = outcome_of(found(error="no column size\nTraceback: ..", unexpected_count=3))
    assert (one.success, one.broken_check) == (False, True)
    assert (one.observed, one.unexpected_count) == ("no column size", None)
    said = "no table things\nLINE 1: select\n  ^\nTraceback: .."
    assert outcome_of(found(error=said)).observed == "no table things"
    assert is_broken_check(found(error=said)) and not is_broken_check(found(False))


def test_examples_are_keys_where_there_are_any_and_five_at_most() -> None:
    keys = [{"thing_id": at} for at in range(9)]
    one = outcome_of(found(False, unexpected_count=9, partial_unexpected_index_list=keys))
    assert (one.success, one.unexpected_count, one.sample_keys) == (False, 9, keys[:5])
    one = outcome_of(found(False, unexpected_count=9, partial_unexpected_list=list(range(9))))
    assert one.sample_keys == [{"size": at} for at in range(5)]
    assert outcome_of(found(False)).unexpected_count is None


def test_rows_that_a_query_finds_are_counted_and_shown() -> None:
    query = {"unexpected_rows_query": "select * from {batch} where size > 89"}
    rows = [{"thing_id": at} for at in range(9)]
    result = found(False, observed_value="9", details={"unexpected_rows": rows})
    one = outcome_of(result, **query)
    assert (one.unexpected_count, one.sample_keys) == (9, rows[:5])
    one = outcome_of(found(observed_value=None), **query)
    assert (one.unexpected_count, one.sample_keys) == (0, [])


def test_a_gate_that_cannot_judge_stops_the_build() -> None:
    one = broken_gate("a gate", ValueError("no table"))
    assert one.stops_the_build
    assert one.broken_check
    assert one.observed == "ValueError: no table"
    assert (one.table_name, one.unexpected_count, one.sample_keys) == ("", None, [])
    assert one.sentence.endswith(
        "the gate runs -- the check itself is broken: ValueError: no table"
    )
    _is_now(one.checked_at)


def test_a_delivery_that_a_person_let_pass_stops_nothing() -> None:
    one = let_pass("a gate", "load-7")
    assert (one.success, one.severity, one.broken_check) == (True, "warn", False)
    assert one.observed == "load-7"
    assert "load-7" in one.expectation
    assert (one.table_name, one.unexpected_count, one.sample_keys) == ("", None, [])
    _is_now(one.checked_at)


def _is_now(moment: datetime) -> None:
    assert moment.tzinfo is None
    assert abs(datetime.now(UTC).replace(tzinfo=None) - moment) < timedelta(hours=1)
