"""SQL that gives the staged columns of a file the types their table declares, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.tables.bounds import clock_bounds
from ingestion.tables.declaration import Column, Table
from ingestion.tables.grammar import FALSE_WORDS, TRUE_WORDS
from ingestion.tables.instants import before_since, instant_sql
from ingestion.tables.staged import NUMBER_TYPES, Staged, number_sql
from ingestion.tables.trimming import trimmed_sql

_SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


@dataclass
class TypedColumns:
    """A relation over the staged file, and what its rows say."""

    relation: str
    values: dict[str, str] = field(default_factory=dict)  # quoted column: expression
    problems: list[str] = field(default_factory=list)  # `when .. then 'reason:column'`
    identifiers: dict[str, str] = field(default_factory=dict)  # column: as SQL writes it

    @property
    def problem(self) -> str:
        """Null, or the reason why a row is refused and the column it lies in."""
        return f"case {' '.join(self.problems)} end" if self.problems else "cast(null as varchar)"


def typed_columns(con: duckdb.DuckDBPyConnection, table: Table, staged: Staged) -> TypedColumns:
    """Return the declared columns over a staged file.

    A column that the file lacks is null on every row; a value of another type, and no value in a
    key or a required column, make a row a reject.
    """
    typed = TypedColumns(staged.relation)
    for number, (name, one) in enumerate(table.columns.items()):
        quoted = identifier(name)
        typed.identifiers[name] = quoted
        column = staged.column(one.column or name)
        if column is None:
            typed.values[quoted] = f"cast(null as {_SQL_TYPES[one.type]})"
            continue
        where = literal(f":{one.column or name}")
        if one.type in ("date", "timestamp"):
            value = _time(con, typed, table, (name, one), (column.ident, column.kind), number)
        else:
            value = _VALUES[one.type](column.ident, column.kind, table)
            typed.problems.extend(_problems(one, column.ident, column.kind, value, where))
        typed.values[quoted] = value
        if one.required or name in table.key:
            typed.problems.append(f"when ({value}) is null then 'missing_value' || {where}")
    time = typed.values.get(identifier(table.time or ""), "")
    typed.problems.extend(before_since(table.since, time))
    return typed


def _problems(one: Column, ident: str, kind: str, value: str, where: str) -> Iterator[str]:
    given = f"{ident} is not null"
    if kind == "VARCHAR":
        given += f" and {trimmed_sql(ident)} <> ''"
    if one.type == "number":
        yield f"when isinf({value}) then 'not_finite' || {where}"
    if one.type != "text":
        reason = literal(f"not_of_type {one.type}")
        yield f"when {given} and ({value}) is null then {reason} || {where}"


def _time(
    con: duckdb.DuckDBPyConnection,
    typed: TypedColumns,
    table: Table,
    named: tuple[str, Column],
    staged: tuple[str, str],
    number: int,
) -> str:
    """Return a date or timestamp; adds its computed columns and its problem."""
    name, one = named
    zone = "UTC" if one.type == "date" else table.zone
    instant = one.instant(name, zone)
    time = instant_sql(instant, [staged], None, None, f"t{number}")
    if instant.zone != "UTC":
        low, high = clock_bounds(con, typed.relation, time)
        time = instant_sql(instant, [staged], low, high, f"t{number}")
    typed.relation = time.over(typed.relation)
    where = literal(f":{one.column or name}")
    typed.problems.append(
        f"when not t{number}_is_empty and ({time.problem}) is not null "
        f"then ({time.problem}) || {where}"
    )
    return f"cast({time.utc} as date)" if one.type == "date" else f"cast({time.utc} as timestamp)"


def _text(ident: str, kind: str, _: Table) -> str:
    return ident if kind == "VARCHAR" else f"cast({ident} as varchar)"


def _number(ident: str, kind: str, table: Table) -> str:
    return number_sql(ident, kind, table.dialect)


def _integer(ident: str, kind: str, _: Table) -> str:
    if kind == "VARCHAR":
        text = trimmed_sql(ident)
        # a cast would round 3.5 to 4
        return (
            f"case when regexp_full_match({text}, '[+-]?[0-9]+([.]0*)?') "
            f"then try_cast(regexp_replace({text}, '[.]0*$', '') as bigint) end"
        )
    if kind in NUMBER_TYPES or kind.startswith("DECIMAL"):
        return f"case when {ident} = trunc({ident}) then try_cast({ident} as bigint) end"
    return "cast(null as bigint)"


def _boolean(ident: str, kind: str, _: Table) -> str:
    if kind == "BOOLEAN":
        return ident
    text = f"lower({trimmed_sql(f'cast({ident} as varchar)')})"
    words = [", ".join(literal(word) for word in ones) for ones in (TRUE_WORDS, FALSE_WORDS)]
    return f"case when {text} in ({words[0]}) then true when {text} in ({words[1]}) then false end"


_VALUES = {"text": _text, "number": _number, "integer": _integer, "boolean": _boolean}
