"""Deliveries that a person let pass at a gate."""

from __future__ import annotations

from ingestion.lakehouse import journal


def loads_let_pass() -> list[str]:
    """Return the deliveries that a person let pass at a gate, ever: the journal remembers them."""
    rows = journal.rows(
        "select distinct observed from gate_results where expectation like ?",
        (journal.LET_PASS.format(load="%"),),
    )
    return sorted(row["observed"] for row in rows)
