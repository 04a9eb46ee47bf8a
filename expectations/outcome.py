"""What came of one promise: a row of the journal, a line of the docs, a sentence for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from expectations.promise import Promise, Table
from expectations.slices import LET_PASS, Slice
from expectations.wording import expected_text, observed_text

SCHEMA = pa.schema(
    [
        ("promise_id", pa.string()),
        ("gate", pa.string()),
        ("table_name", pa.string()),
        ("expectation", pa.string()),
        ("severity", pa.string()),
        ("observed", pa.string()),
        ("expected", pa.string()),
        ("sample_keys", pa.string()),
        ("promises_hash", pa.string()),
        ("judged_up_to", pa.string()),
        ("inputs_hash", pa.string()),
        ("unexpected_count", pa.int64()),
        ("success", pa.bool_()),
        ("broken_check", pa.bool_()),
        ("checked_at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True)
class Outcome:
    """The result of one promise of one gate."""

    gate: str
    table_name: str
    expectation: str
    severity: str
    success: bool
    broken_check: bool
    observed: str
    expected: str
    unexpected_count: int | None
    sample_keys: list[dict[str, Any]]
    checked_at: datetime
    promises_hash: str | None = None
    judged_up_to: str | None = None
    inputs_hash: str | None = None

    @property
    def promise_id(self) -> str:
        """Names the promise within one run."""
        return f"{self.gate}/{self.table_name}/{self.expectation}"

    @property
    def stops_the_build(self) -> bool:
        """A critical promise that is broken, or of which nothing is known."""
        return self.severity == "critical" and not self.success

    @property
    def sentence(self) -> str:
        """What broke, where and by how much, in one line."""
        subject = f"{self.table_name}: {self.expectation}"
        if self.broken_check:
            return f"{subject} -- the check itself is broken: {self.observed}"
        parts = [subject, f"-- {self.observed}"]
        if self.expected:
            parts.append(f"(promised: {self.expected})")
        if self.sample_keys:
            shown = "; ".join(
                ", ".join(f"{name}={value}" for name, value in key.items())
                for key in self.sample_keys[:3]
            )
            parts.append(f"for example {shown}")
        return " ".join(parts)

    def journal_row(self) -> dict[str, Any]:
        """Return the row of `ops.gate_results`."""
        return {
            "gate": self.gate,
            "table_name": self.table_name,
            "expectation": self.expectation,
            "severity": self.severity,
            "success": int(self.success),
            "broken_check": int(self.broken_check),
            "observed": self.observed,
            "expected": self.expected,
            "unexpected_count": self.unexpected_count,
            "sample_keys": json.dumps(self.sample_keys, default=str, ensure_ascii=False),
            "checked_at": self.checked_at.isoformat(sep=" ", timespec="microseconds"),
        }


def outcomes_of(
    gate: str,
    table: Table,
    part: Slice,
    found: Mapping[str, Any],
    checked_at: datetime,
    inputs_hash: str | None,
) -> list[Outcome]:
    """Turn Great Expectations' results about one table into outcomes, in declared order."""
    return [
        _outcome(gate, table, part, promise, found[promise.name], checked_at, inputs_hash)
        for promise in table.promises
    ]


def _outcome(
    gate: str,
    table: Table,
    part: Slice,
    promise: Promise,
    result: Any,
    checked_at: datetime,
    inputs_hash: str | None,
) -> Outcome:
    reason = reason_of(result)
    return Outcome(
        gate=gate,
        table_name=table.name,
        expectation=promise.name,
        severity=promise.severity,
        success=bool(result.success) and reason is None,
        broken_check=reason is not None,
        observed=reason or observed_text(result),
        expected=expected_text(promise),
        unexpected_count=None if reason else _unexpected_count(promise, result),
        sample_keys=_sample(table, promise, result),
        checked_at=checked_at,
        promises_hash=table.fingerprint,
        judged_up_to=part.judged_up_to,
        inputs_hash=inputs_hash,
    )


def is_broken_check(result: Any) -> bool:
    """Say whether the check itself failed, so that nothing is known about the data."""
    return reason_of(result) is not None


def reason_of(result: Any) -> str | None:
    """Return the first line of what a broken check raised; None when it ran."""
    known = result.exception_info or {}
    entries = [known] if "raised_exception" in known else list(known.values())
    for entry in entries:
        if entry.get("raised_exception"):
            text = str(entry.get("exception_message") or "the check raised")
            return text.partition("Traceback:")[0].strip().splitlines()[0].strip('"')
    return None


def broken_gate(gate: str, error: Exception) -> Outcome:
    """Return the outcome of a gate that could not judge at all."""
    return Outcome(
        gate=gate,
        table_name="",
        expectation="the gate runs",
        severity="critical",
        success=False,
        broken_check=True,
        observed=f"{type(error).__name__}: {error}",
        expected="every promise can be checked",
        unexpected_count=None,
        sample_keys=[],
        checked_at=datetime.now(UTC).replace(tzinfo=None),
    )


def let_pass(gate: str, load: str) -> Outcome:
    """Return the outcome that remembers a delivery which a person let pass."""
    return Outcome(
        gate=gate,
        table_name="",
        expectation=LET_PASS.format(load=load),
        severity="warn",
        success=True,
        broken_check=False,
        observed=load,
        expected="a person looked at the delivery and named it in accepted_loads",
        unexpected_count=None,
        sample_keys=[],
        checked_at=datetime.now(UTC).replace(tzinfo=None),
    )


def _unexpected_count(promise: Promise, result: Any) -> int | None:
    if promise.query:
        return int(result.result.get("observed_value") or 0)
    count = result.result.get("unexpected_count")
    return None if count is None else int(count)


def _sample(table: Table, promise: Promise, result: Any) -> list[dict[str, Any]]:
    if promise.query:
        return list((result.result.get("details") or {}).get("unexpected_rows") or [])[:5]
    if keyed := result.result.get("partial_unexpected_index_list"):
        return list(keyed)[:5]
    values = result.result.get("partial_unexpected_list") or []
    return [{str(promise.arguments.get("column", "value")): value} for value in values[:5]]


def to_arrow(outcomes: Sequence[Outcome]) -> pa.Table:
    """Return the outcomes as the gate's own table."""
    rows = [
        {
            **{name: getattr(outcome, name) for name in SCHEMA.names},
            "sample_keys": json.dumps(outcome.sample_keys, default=str, ensure_ascii=False),
        }
        for outcome in outcomes
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
