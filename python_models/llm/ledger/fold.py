"""The ledger: the journal's rows, folded into Iceberg (`llm.calls`, `attempts`, `step_runs`).

Each fold is one Iceberg commit per table that carries its own name as a table property: after a
crash in between, the property says whether the rows are there, so nothing is folded twice.
"""

from __future__ import annotations

import fcntl
import sqlite3
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from python_models.llm.ledger.journal import connect
from python_models.llm.ledger.journal_schema import (
    ATTEMPT_COLUMNS,
    CALL_COLUMNS,
    INTEGERS,
    REALS,
    STEP_RUN_COLUMNS,
)
from python_models.llm.ledger.recovery import recover

if TYPE_CHECKING:
    from pyiceberg.table import Table

NAMESPACE = "llm"
FORGOTTEN = "forgotten"  # state of a call somebody asked to be asked again
ROWS_PER_FOLD = 20_000
ODD_VALUE = (pa.ArrowException, ValueError, TypeError, OverflowError)
TIMES = {"asked_at", "answered_at", "started_at"}
KEPT_IN_JOURNAL_ONLY = {"owner"}


@dataclass(frozen=True)
class Folded:
    """One journal table and the Iceberg table it is folded into."""

    source: str
    target: str
    columns: tuple[str, ...]
    where: str  # rows that have reached a state worth folding
    trimmed: str  # what the journal no longer needs afterwards


TABLES = (
    Folded("llm_calls", "calls", CALL_COLUMNS, "true", "input_messages = null"),
    Folded(
        "llm_attempts",
        "attempts",
        ATTEMPT_COLUMNS,
        "state not in ('sent', 'arrived')",
        "error = error",
    ),
    Folded("llm_step_runs", "step_runs", STEP_RUN_COLUMNS, "true", "message = message"),
)


def fold_journal() -> dict[str, int]:
    """Fold what is new into the ledger's tables; return rows written by table.

    Called at the start of a run (for what a crash left) and at its end; calling it again, or
    after a crash at any point of an earlier call, gives the same tables.
    """
    with only_folder():
        connection = connect(lake().journal_db)
        try:
            recover(connection)
            opened = catalog()
            opened.create_namespace_if_not_exists(NAMESPACE)
            return {kind.target: _fold_table(connection, opened, kind) for kind in TABLES}
        finally:
            connection.close()


@contextmanager
def only_folder() -> Iterator[None]:
    """Wait for whoever folds now: one at a time."""
    with (lake().root / "fold.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def arrow_schema(columns: tuple[str, ...]) -> pa.Schema:
    """Return the Arrow schema of a ledger table."""
    return pa.schema([pa.field(name, _type(name)) for name in columns if _is_folded(name)])


def _is_folded(name: str) -> bool:
    return name not in KEPT_IN_JOURNAL_ONLY


def _type(name: str) -> pa.DataType:
    if name.startswith("is_"):
        return pa.bool_()
    if name in TIMES:
        return pa.timestamp("us")
    return pa.int64() if name in INTEGERS else pa.float64() if name in REALS else pa.string()


def _fold_table(connection: sqlite3.Connection, opened: Any, kind: Folded) -> int:
    schema = arrow_schema(kind.columns)
    table = opened.create_table_if_not_exists(f"{NAMESPACE}.{kind.target}", schema=schema)
    journal_id = connection.execute("select journal_id from llm_ready_2").fetchone()[0]
    mark = f"sluice.fold.{journal_id}"
    _settle_earlier(connection, kind, table.properties.get(mark))
    total = 0
    while rows := _next_rows(connection, kind):
        fold_id = rows[0][-1]
        _commit(table, kind, schema, rows, mark, fold_id)
        _settle(connection, kind, fold_id)
        total += len(rows)
    return total


def _settle_earlier(connection: sqlite3.Connection, kind: Folded, committed: str | None) -> None:
    """Finish (or undo) what an earlier fold left: its rows are in the table, or they are not."""
    query = f"select distinct fold_id from {kind.source} where is_folded <> 1 and fold_id > ''"
    for (fold_id,) in connection.execute(query).fetchall():
        if fold_id == committed:
            _settle(connection, kind, fold_id)
        else:
            with connection:
                connection.execute(
                    f"update {kind.source} set fold_id = null where fold_id = ?", [fold_id]
                )


def _next_rows(connection: sqlite3.Connection, kind: Folded) -> list[tuple[Any, ...]]:
    """Mark a bounded number of rows for one fold and read them as they are at that moment."""
    fold_id, first = uuid.uuid4().hex, kind.columns[0]
    with connection:
        connection.execute("begin immediate")
        connection.execute(
            f"update {kind.source} set fold_id = ? where {first} in (select {first} from "
            f"{kind.source} where is_folded <> 1 and {kind.where} limit {ROWS_PER_FOLD})",
            [fold_id],
        )
        names = ", ".join(name for name in kind.columns if _is_folded(name))
        return connection.execute(
            f"select {names}, is_folded, fold_id from {kind.source} where fold_id = ?", [fold_id]
        ).fetchall()


def _commit(
    table: Table,
    kind: Folded,
    schema: pa.Schema,
    rows: list[tuple[Any, ...]],
    mark: str,
    fold_id: str,
) -> None:
    """Write rows in one commit; those the table has already in an older state are replaced."""
    from pyiceberg.expressions import In, Reference, literal

    fresh = as_arrow(schema, rows)
    if "status" in kind.columns:
        fresh = fresh.filter(pc.not_equal(fresh["status"], FORGOTTEN))
    replaced = [row[0] for row in rows if row[-2] == 2]
    table.refresh()
    with warnings.catch_warnings(), table.transaction() as transaction:
        # a row changed while an earlier fold died may not be there to delete
        warnings.filterwarnings("ignore", message="Delete operation did not match")
        if replaced:
            known = {literal(one) for one in replaced}
            transaction.delete(In(term=Reference(kind.columns[0]), values=known))
        transaction.append(fresh)
        transaction.set_properties({mark: fold_id})


def as_arrow(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    """Return the journal's rows in the ledger's types.

    A value that does not fit its column is left out, and its row says so: it must not keep the
    rows of every other product from being folded.
    """
    columns = {
        field.name: list(values)
        for field, values in zip(schema, zip(*rows, strict=True), strict=False)
    }
    arrays: dict[str, pa.Array] = {}
    odd: dict[int, list[str]] = {}
    for field in schema:
        try:
            arrays[field.name] = _array(field, columns[field.name])
        except ODD_VALUE:
            for at, value in enumerate(columns[field.name]):
                try:
                    _array(field, [value])
                except ODD_VALUE:
                    columns[field.name][at] = None
                    odd.setdefault(at, []).append(field.name)
            arrays[field.name] = _array(field, columns[field.name])
    said = "error" if "error" in columns else "message"
    for at, names in odd.items():
        note = f"left out of the ledger, not readable: {', '.join(names)}"
        columns[said][at] = f"{columns[said][at]}; {note}" if columns[said][at] else note
    if odd:
        arrays[said] = _array(schema.field(said), columns[said])
    return pa.Table.from_arrays([arrays[field.name] for field in schema], schema=schema)


def _array(field: pa.Field, values: list[Any]) -> pa.Array:
    return pa.array([_value(field.name, value) for value in values], field.type)


def _value(name: str, value: Any) -> Any:
    if value is None:
        return False if name == "is_forgotten" else None
    if name.startswith("is_"):
        return bool(value)
    return int(float(value) * 1_000_000) if name in TIMES else value


def _settle(connection: sqlite3.Connection, kind: Folded, fold_id: str) -> None:
    """Note that a fold is committed; a row that changed meanwhile has lost its mark and stays."""
    with connection:
        if kind.source == "llm_calls":
            connection.execute(
                "delete from llm_calls where fold_id = ? and status = ?", [fold_id, FORGOTTEN]
            )
        connection.execute(
            f"update {kind.source} set is_folded = 1, fold_id = null, {kind.trimmed} "
            "where fold_id = ?",
            [fold_id],
        )
