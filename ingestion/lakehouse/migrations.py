"""The numbered changes of stored tables: a lake of an older layout is brought forward by these.

To change a stored table, change how a new one is made *and* add one `Migration` with the next
number here. A migration has to do nothing where its change is there already (a table that is made
later is made new), and is applied in one transaction with the number that says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from ingestion.lakehouse.faults import fault

JOURNAL, CATALOG, SEEN = "journal", "catalog", "seen"


@dataclass(frozen=True)
class Migration:
    """One change of the tables of one kind of store; the number is that of the whole lake."""

    number: int
    store: str  # JOURNAL, CATALOG or SEEN
    says: str
    apply: Callable[[sqlite3.Connection], None]


def has_table(connection: sqlite3.Connection, table: str) -> bool:
    """Say whether a table is there."""
    found = connection.execute(
        "select 1 from sqlite_master where type = 'table' and name = ?", (table,)
    )
    return found.fetchone() is not None


def add_column(connection: sqlite3.Connection, table: str, column: str, kind: str) -> None:
    """Add a column; nothing happens when it is there, or the table is not."""
    known = {row[1] for row in connection.execute(f"pragma table_info({table})")}
    if known and column not in known:
        connection.execute(f"alter table {table} add column {column} {kind}")


def add_identity(connection: sqlite3.Connection) -> None:
    """Make the table that says which lake a store belongs to, and as of which generation."""
    connection.execute(
        "create table if not exists lake_identity (lake_id text not null, generation integer "
        "not null)"
    )


def add_use_of_nodes(connection: sqlite3.Connection) -> None:
    """Make room for what nodes of a run take, and for what a run adds to the lake."""
    for column, kind in (
        ("peak_memory_bytes", "integer"),
        ("cpu_seconds", "real"),
        ("bytes_read", "integer"),
        ("bytes_written", "integer"),
        ("bytes_spilled", "integer"),
    ):
        add_column(connection, "node_runs", column, kind)
    add_column(connection, "runs", "bytes_added", "integer")


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, JOURNAL, "the journal says which lake it belongs to", add_identity),
    Migration(2, CATALOG, "the catalog says which lake it belongs to", add_identity),
    Migration(3, SEEN, "what landing remembers has a number", lambda connection: None),
    Migration(
        4,
        JOURNAL,
        "release_tables names the files that cannot be read any more",
        lambda connection: add_column(connection, "release_tables", "unreadable", "text"),
    ),
    Migration(5, JOURNAL, "runs say what their nodes took and what they added", add_use_of_nodes),
)


def layout() -> int:
    """Return the number of the newest migration: the layout this code reads and writes."""
    return MIGRATIONS[-1].number


def number_of(connection: sqlite3.Connection) -> int:
    """Return the layout a store was brought to; 0 for one that never heard of layouts."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def set_number(connection: sqlite3.Connection, number: int) -> None:
    """Write the layout into a store; it becomes true with the transaction around it."""
    connection.execute(f"pragma user_version = {int(number)}")


def is_behind(connection: sqlite3.Connection) -> bool:
    """Say whether a store has to be brought forward."""
    return number_of(connection) < layout()


def bring_forward(connection: sqlite3.Connection, store: str) -> list[int]:
    """Apply what a store misses, each change in a transaction of its own; returns the numbers.

    Two processes may do this at once: the second one waits and finds nothing left to do.
    """
    before, connection.isolation_level = connection.isolation_level, None
    try:
        missing = [one for one in MIGRATIONS if one.number > number_of(connection)]
        return [one.number for one in missing if _apply(connection, one, store)]
    finally:
        connection.isolation_level = before


def _apply(connection: sqlite3.Connection, migration: Migration, store: str) -> bool:
    """Apply one change and its number, together or not at all; say whether the store has it now."""
    connection.execute("begin immediate")
    try:
        is_mine = number_of(connection) < migration.number and migration.store == store
        if is_mine:
            migration.apply(connection)
            fault(f"migration.{migration.number}")
        if number_of(connection) < migration.number:
            set_number(connection, migration.number)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return is_mine
