"""Runs a gate in a test as its dbt model would."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb

from expectations.gate import run_gate
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
