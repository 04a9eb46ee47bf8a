"""Writes damaged files of the newest release again, and says of older releases what is lost.

The build database is the only other place where a mart's rows are. They are taken from there
only when rows and hashes are those that were released; nothing is ever made up.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.sql_text import identifier
from python_models.release import lake_files, publish, release_file
from python_models.release.mart_parts import Mart, parts_of, sums_of
from python_models.release.published_table import column_types, parts_of_files, publish_table

Row = dict[str, Any]


def mend() -> list[str]:
    """Read all released files; write again what can be, mark the rest; returns what was done."""
    tables = lake_files.kept_tables()
    wrong = lake_files.look(tables, is_deep=True)
    lost = lake_files.lost_tables(tables, wrong)
    changed = _mark(tables, lost)
    newest = max((row["release_id"] for row in tables), default=0)
    shown = release_file.current_release_id()
    broken = [row for row in tables if _key(row) in lost and row["release_id"] == newest]
    said = _write_again(broken, newest, shown, wrong) if broken else []
    if changed and not any(line.startswith("release:") for line in said):
        release_file.refresh(None)  # `ops.release_tables` names what cannot be read
    older = sorted({key[0] for key in lost if key[0] != newest})
    if older and changed:
        said.append(f"files: releases {older} have tables that cannot be read; they are marked")
    known = {path for files in lost.values() for path in json.loads(files)}
    besides = sorted(path for path in wrong if path not in known)
    said += [f"files: {path}, of ledger or rejects, is damaged: {wrong[path]}" for path in besides]
    return said


def _key(row: Mapping[str, Any]) -> tuple[int, str, str]:
    return row["release_id"], row["domain"], row["table_name"]


def _mark(tables: list[Row], lost: Mapping[tuple[int, str, str], str]) -> bool:
    """Write into the journal which tables cannot be read; returns whether that is new."""
    changed = [row for row in tables if row["unreadable"] != lost.get(_key(row))]
    for row in changed:
        key = {name: row[name] for name in ("release_id", "domain", "table_name")}
        journal.change("release_tables", key, {"unreadable": lost.get(_key(row))})
    return bool(changed)


def _write_again(
    broken: list[Row], newest: int, shown: int | None, wrong: Mapping[str, str]
) -> list[str]:
    """Publish damaged tables from the build database, as a new release."""
    if not lake().build_db.exists():
        return [_hopeless(row, "there is no build database") for row in broken]
    said, written = [], {}
    with connect_duckdb(lake().build_db, read_only=True) as session:
        session.execute("set TimeZone = 'UTC'")
        for row in broken:
            mart, why = _same_mart(session, row)
            if mart is None:
                said.append(_hopeless(row, why))
                continue
            written[_key(row)] = _published(session, mart, row, wrong)
            said.append(f"files: {mart.domain}.{mart.name} written again from the build database")
            fault("repair.published")
    if not written:
        return said
    made = _new_release(newest, written)
    if shown == newest:
        release_file.write(made, None, may_shrink=True)
        return [*said, f"release: {made} is {newest} with its files written again; readers see it"]
    return [*said, f"release: {made} is {newest} with its files written again; readers see {shown}"]


def _hopeless(row: Row, why: str) -> str:
    return (
        f"files: {row['domain']}.{row['table_name']} of release {row['release_id']} cannot be "
        f"written again: {why}. The next `make build` makes it anew; a backup has it as it was."
    )


def _same_mart(session: duckdb.DuckDBPyConnection, row: Row) -> tuple[Mart | None, str]:
    """Return the mart when the build database still has exactly the released rows, else why not."""
    relation = f"{identifier(row['domain'])}.{identifier(row['table_name'])}"
    comments = json.loads(row["comments"])
    mart = Mart(
        domain=row["domain"],
        name=row["table_name"],
        relation=relation,
        key=tuple(json.loads(row["key_columns"])),
        partition_by=None,
        volatile=tuple(json.loads(row["volatile_columns"])),
        comment=comments.pop("", ""),
        column_comments=comments,
    )
    try:
        columns = column_types(session, relation)
        return _cut_as_released(session, mart, columns, row)
    except duckdb.Error as error:
        return None, f"the build database cannot give it ({str(error).splitlines()[0]})"


def _cut_as_released(
    session: duckdb.DuckDBPyConnection, mart: Mart, columns: dict[str, str], row: Row
) -> tuple[Mart | None, str]:
    """Find the column by whose days the released parts were cut: their hashes have to agree."""
    if columns != json.loads(row["columns"]):
        return None, "the build database has other columns"
    wanted = set(parts_of_files(json.loads(row["files"])))
    days = [name for name, kind in columns.items() if kind.startswith(("DATE", "TIMESTAMP"))]
    for column in (None, *days):
        candidate = replace(mart, partition_by=column)
        parts = parts_of(sums_of(session, candidate, columns), row["schema_hash"])
        if set(parts) == wanted and sum(parts.values()) == row["rows"]:
            return candidate, ""
    return None, "the build database holds other rows by now"


def _published(
    session: duckdb.DuckDBPyConnection, mart: Mart, row: Row, wrong: Mapping[str, str]
) -> Row:
    properties = {
        "sluice.invocation-id": row["invocation_id"] or "",
        "sluice.run-id": "repair",
        "sluice.publication": f"repair-{secrets.token_hex(3)}",
    }
    table = publish_table(session, mart, properties, damaged=wrong)
    return publish.table_row(table, row["invocation_id"])


def _new_release(newest: int, written: Mapping[tuple[int, str, str], Row]) -> int:
    rows = journal.rows("select * from release_tables where release_id = ?", (newest,))
    tables = [written.get(_key(row)) or row | {"is_unchanged": 1} for row in rows]
    state = json.dumps(publish.state_of(tables))
    return publish.add_release(tables, state, None, None, "repair", f"files of {newest}")
