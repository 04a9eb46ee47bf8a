"""What publishing knows of a mart's days: sums of its rows' hashes, kept until days are made anew.

To tell which days changed, publishing hashes all rows of a mart: a day more costs the work of all
of them. A mart whose rows of a day come from rows of that day alone says in `meta.release.made_of`
what these are. The sums of its days are kept in the build database, beside the tables they are
about. A model that replaces windows notes the days it touches in the transaction in which it
replaces them, and one that makes its table anew forgets all sums (`macros/portable/day_sums`).
So they tell what the build database holds, whatever became of builds and releases meanwhile.

All days are looked at where anything else than windows and further loads may have changed rows: a
view's text, what is compared whole, a load that has not the rows it had, DuckDB, the columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.landing.products import PRODUCTS
from python_models.release.mart_parts import DaySum, Mart, sums_of

_SCHEMA = "sluice_days"
# changed_days: what models note; known: what the kept sums hold for, and the notes they heed
_TABLES = (
    f"create schema if not exists {_SCHEMA}",
    f"create table if not exists {_SCHEMA}.changed_days"
    " (table_name varchar, changed_date date, note_number bigint)",
    f"create table if not exists {_SCHEMA}.sums"
    " (mart varchar, tier varchar, day date, row_count bigint, total hugeint)",
    f"create table if not exists {_SCHEMA}.known"
    " (mart varchar, fingerprint varchar, note_number bigint, loads varchar)",
)


@dataclass(frozen=True)
class _State:
    """What the sums of a mart's days rest on."""

    fingerprint: str
    note_number: int
    loads: Mapping[str, int]  # {`table load`: its rows}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, before a model notes anything in them."""
    for statement in _TABLES:
        connection.execute(statement)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all sums: tables were written by something else than their models."""
    prepare(connection)
    connection.execute(f"delete from {_SCHEMA}.known")


def sums_by_day(
    session: duckdb.DuckDBPyConnection, mart: Mart, rows: Mart, columns: Mapping[str, str]
) -> list[DaySum]:
    """Return the sums of all days of a mart; days that are known to be as they were are not read.

    Args:
        session: connection to the build database.
        mart: the table to be published.
        rows: the same, with the relation in which its rows lie now.
        columns: its columns and their types.
    """
    if not mart.made_of:
        return sums_of(session, rows, columns)
    with session.cursor() as cursor:
        prepare(cursor)
        now, before = _state(cursor, mart, columns), _known(cursor, mart)
        days = _changed_days(cursor, mart, before, now)
        if days is None:
            found = sums_of(session, rows, columns)
        else:
            found = _kept(cursor, mart, days)
            found += sums_of(session, mart, columns, _of_days(mart, days)) if days else []
        _keep(cursor, mart, now, found)
    return found


def _state(
    cursor: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str]
) -> _State | None:
    """Return what the mart's rows rest on; None where not all of it is declared."""
    made_of = mart.made_of or {}
    windows, whole = made_of.get("windows", []), made_of.get("whole", [])
    try:
        declared = set(windows).union(
            made_of.get("loads", []), *(_stored(cursor, text) for text in whole)
        )
        if not _stored(cursor, mart.relation) <= declared:
            return None  # a build on another engine, or a model that was changed
    except duckdb.Error:  # DuckDB finds the tables of most views only
        return None
    parts = [duckdb.__version__, repr(mart), repr(list(columns.items()))]
    parts += _views(cursor, mart.domain)
    for text in whole:
        query = f"select count(*), sum(hash(compared)::hugeint) from (from {text}) as compared"
        parts.append(f"{text} {cursor.execute(query).fetchall()[0]}")
    loads: dict[str, int] = {}
    for name in made_of.get("loads", []):
        query = f"select load_id, count(*) from {name} group by load_id"
        loads |= {f"{name} {load}": count for load, count in cursor.execute(query).fetchall()}
    query = f"select coalesce(max(note_number), 0) from {_SCHEMA}.changed_days"
    (number,) = cursor.execute(query).fetchall()[0]
    return _State(hashlib.sha256("\n".join(parts).encode()).hexdigest(), number, loads)


def _stored(cursor: duckdb.DuckDBPyConnection, text: str) -> set[str]:
    """Return the stored tables that rows come from, through all views but those of raw tables."""
    found = cursor.get_table_names(f"from {text}", qualified=True)
    names = [name.partition(" AS ")[0].replace('"', "") for name in found]
    return {".".join(name.split(".")[-2:]) for name in names}


def _views(cursor: duckdb.DuckDBPyConnection, domain: str) -> list[str]:
    """Return the texts of a product's views but those of raw tables, which move with each load."""
    raw = literal(PRODUCTS[domain].namespace if domain in PRODUCTS else "")
    found = cursor.execute(
        "select sql from duckdb_views() where not internal and database_name = current_database()"
        f" and (schema_name = {literal(domain)}"
        f" or starts_with(schema_name, {literal(f'{domain}_')}))"
        f" and schema_name <> {raw} order by schema_name, view_name"
    ).fetchall()
    return [text for (text,) in found]


def _known(cursor: duckdb.DuckDBPyConnection, mart: Mart) -> _State | None:
    query = f"select fingerprint, note_number, loads from {_SCHEMA}.known where mart = "
    found = cursor.execute(query + literal(mart.relation)).fetchall()
    return _State(found[0][0], found[0][1], json.loads(found[0][2])) if found else None


def _changed_days(
    cursor: duckdb.DuckDBPyConnection, mart: Mart, before: _State | None, now: _State | None
) -> set[date] | None:
    """Return the days whose sums are to be taken anew; None: of all days."""
    if before is None or now is None or before.fingerprint != now.fingerprint:
        return None
    if any(now.loads.get(load) != count for load, count in before.loads.items()):
        return None  # rows are gone, nobody knows of which day
    made_of = mart.made_of or {}
    listed = ", ".join(literal(name) for name in made_of.get("windows", [])) or "null"
    queries = [
        f"select distinct changed_date from {_SCHEMA}.changed_days"
        f" where table_name in ({listed}) and note_number > {before.note_number}"
    ]
    for name in made_of.get("loads", []):
        new = [load.partition(" ")[2] for load in now.loads.keys() - before.loads.keys()]
        loads = ", ".join(literal(load) for load in new)
        day = f"cast({identifier(str(mart.day_of))} as date)"
        if new:
            queries.append(f"select distinct {day} from {name} where load_id in ({loads})")
    found = {day for query in queries for (day,) in cursor.execute(query).fetchall()}
    return None if None in found else found


def _of_days(mart: Mart, days: Collection[date]) -> str:
    """Return the filter for the rows of some days, with a bound that goes down to their tables."""
    listed = ", ".join(f"date '{day}'" for day in sorted(days))
    moment = identifier(str(mart.day_of))
    return (
        f" where {moment} >= timestamp '{min(days)}'"
        f" and {moment} < timestamp '{max(days)}' + interval 1 day and {mart.day()} in ({listed})"
    )


def _kept(cursor: duckdb.DuckDBPyConnection, mart: Mart, changed: Collection[date]) -> list[DaySum]:
    query = f"select tier, day, row_count, total from {_SCHEMA}.sums where mart = "
    found = cursor.execute(query + literal(mart.relation)).fetchall()
    return [row for row in found if row[1] not in changed]


def _keep(
    cursor: duckdb.DuckDBPyConnection, mart: Mart, now: _State | None, sums: Collection[DaySum]
) -> None:
    """Keep the sums with what they rest on, and drop notes that all marts have heeded."""
    name = literal(mart.relation)
    cursor.execute("begin")
    for table in ("sums", "known"):
        cursor.execute(f"delete from {_SCHEMA}.{table} where mart = {name}")
    if now is not None:
        rows = [
            f"({name}, {literal(tier)}, {f'date {literal(str(day))}' if day else 'null'},"
            f" {count}, {total})"
            for tier, day, count, total in sums
            if count
        ]
        if rows:
            cursor.execute(f"insert into {_SCHEMA}.sums values {', '.join(rows)}")
        loads = literal(json.dumps(dict(now.loads)))
        values = f"({name}, {literal(now.fingerprint)}, {now.note_number}, {loads})"
        cursor.execute(f"insert into {_SCHEMA}.known values {values}")
    cursor.execute(
        f"delete from {_SCHEMA}.changed_days"
        f" where note_number <= (select coalesce(min(note_number), 0) from {_SCHEMA}.known)"
    )
    cursor.execute("commit")
