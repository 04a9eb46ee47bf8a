"""Runs a gate in a test as its dbt model would."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb

from expectations.gate import GateFailed, run_gate
from expectations.promise import Table
from ingestion.lakehouse import journal


def declare(domain: str, when: str, tables: Sequence[Table]) -> None:
    """Put promises where a gate looks for its domain's."""
    module = ModuleType(f"expectations.{domain}.{when}")
    module.TABLES = list(tables)  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module


def pass_gate(
    session: duckdb.DuckDBPyConnection,
    domain: str,
    when: str,
    tables: Mapping[str, str],
    accepted_loads: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Run a gate on tables of a DuckDB database; keep its table, as dbt does when it passes."""
    name = f"gate_{domain}__{when}"
    dbt = SimpleNamespace(this=f"main.{name}")
    relations = {key: session.query(f"select * from {table}") for key, table in tables.items()}
    result = run_gate(  # noqa: F841  read by name
        dbt, session.cursor(), domain, when, relations, accepted_loads
    )
    session.execute(f"create or replace table main.{name} as select * from result")
    return session.execute(f"select * from main.{name}").to_arrow_table().to_pylist()


def journaled(gate: str) -> dict[str, dict[str, Any]]:
    """Return {`table: promise`: row} of a gate's results in the journal, newest last."""
    rows = journal.rows("select * from gate_results where gate = ? order by checked_at", (gate,))
    return {f"{row['table_name']}: {row['expectation']}": row for row in rows}


def broken(domain: str, when: str) -> set[str]:
    """Return the promises that broke, by table and name; no check may have raised an error."""
    rows = journaled(f"gate_{domain}__{when}").items()
    assert not [name for name, row in rows if row["broken_check"]]
    return {name for name, row in rows if not row["success"]}


def assert_found(
    session: duckdb.DuckDBPyConnection,
    domain: str,
    when: str,
    tables: Mapping[str, str],
    expected: set[str],
) -> None:
    """Judge the tables that broken promises are about: these break, and the critical ones stop."""
    about = {name.partition(":")[0] for name in expected}
    declared = importlib.import_module(f"expectations.{domain}.{when}").TABLES
    declare("planted", when, [one for one in declared if one.name in about])
    stopped = False
    try:
        pass_gate(session, "planted", when, tables)
    except GateFailed:
        stopped = True
    assert broken("planted", when) == expected
    severities = {journaled(f"gate_planted__{when}")[name]["severity"] for name in expected}
    assert stopped == ("critical" in severities)
