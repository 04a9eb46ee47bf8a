"""What differs between two states of a released table: rows added, removed and changed by key.

Files that both states point to hold the same rows and are not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.sql_text import identifier
from python_models.release.snapshot_files import files_query

_SAMPLES = 5


@dataclass
class TableDiff:
    """How one table differs; `samples` are keys of some rows."""

    table: str
    rows_a: int = 0
    rows_b: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Say whether no row and no column differs."""
        return not (
            self.added or self.removed or self.changed or self.columns_added or self.columns_removed
        )

    def row(self) -> dict[str, Any]:
        """Return it as one line of a table."""
        found = {name: value for name, value in asdict(self).items() if name != "samples"}
        found["columns_added"] = ", ".join(self.columns_added)
        found["columns_removed"] = ", ".join(self.columns_removed)
        return found


def diff_releases(connection: duckdb.DuckDBPyConnection, a: int, b: int) -> list[TableDiff]:
    """Return how each table of two releases differs.

    Args:
        connection: any DuckDB connection that can read the tables' files.
        a: the release that is compared.
        b: the release it is compared with.
    """
    before, after = _tables(a), _tables(b)
    return [
        diff_table(connection, name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
    ]


def diff_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> TableDiff:
    """Return how two states of a table differ; a state may be missing."""
    if before is None or after is None:
        found = TableDiff(name)
        if after is not None:
            found.rows_b = found.added = after["rows"]
        if before is not None:
            found.rows_a = found.removed = before["rows"]
        return found
    columns_a, columns_b = json.loads(before["columns"]), json.loads(after["columns"])
    found = TableDiff(
        name,
        before["rows"],
        after["rows"],
        columns_added=[column for column in columns_b if column not in columns_a],
        columns_removed=[column for column in columns_a if column not in columns_b],
    )
    files_a, files_b = json.loads(before["files"]), json.loads(after["files"])
    only_a = [file for file in files_a if file not in set(files_b)]
    only_b = [file for file in files_b if file not in set(files_a)]
    if only_a or only_b:
        _count(connection, found, before, after, only_a, only_b)
    return found


def _count(
    connection: duckdb.DuckDBPyConnection,
    found: TableDiff,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    only_a: list[str],
    only_b: list[str],
) -> None:
    columns_a, columns_b = json.loads(before["columns"]), json.loads(after["columns"])
    volatile = json.loads(after["volatile_columns"])
    shared = [name for name in columns_b if name in columns_a and name not in volatile]
    # without a key a row is its own key: a changed row is one removed and one added
    key = [name for name in json.loads(after["key_columns"]) if name in shared] or shared
    compared = ", ".join(identifier(name) for name in shared)
    keys = ", ".join(f"{identifier(name)} as key_{i}" for i, name in enumerate(key))
    side = (
        "select {keys}, hash({compared}) as content,"
        " row_number() over (partition by {names} order by hash({compared})) as copy from ({rows})"
    )
    names = ", ".join(identifier(name) for name in key)
    sides = [
        side.format(keys=keys, compared=compared, names=names, rows=files_query(files, columns))
        for files, columns in ((only_a, columns_a), (only_b, columns_b))
    ]
    condition = " and ".join(f"a.key_{i} is not distinct from b.key_{i}" for i in range(len(key)))
    connection.execute(
        "create or replace temp table row_changes as select case when a.copy is null then 'added'"
        " when b.copy is null then 'removed' else 'changed' end as change, "
        + ", ".join(f"coalesce(a.key_{i}, b.key_{i}) as key_{i}" for i in range(len(key)))
        + f" from ({sides[0]}) as a full join ({sides[1]}) as b on {condition} and a.copy = b.copy"
        " where a.content is distinct from b.content"
    )
    counts = dict(
        connection.execute("select change, count(*) from row_changes group by change").fetchall()
    )
    found.added, found.removed = counts.get("added", 0), counts.get("removed", 0)
    found.changed = counts.get("changed", 0)
    rows = connection.execute(f"select * from row_changes order by all limit {_SAMPLES}").fetchall()
    found.samples = [dict(zip(["change", *key], row, strict=True)) for row in rows]


def _tables(release_id: int) -> dict[str, dict[str, Any]]:
    found = journal.rows("select * from release_tables where release_id = ?", (release_id,))
    return {f"{row['domain']}.{row['table_name']}": row for row in found}
