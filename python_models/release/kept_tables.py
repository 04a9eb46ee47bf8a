"""Tables a command fills outside dbt: kept in the journal, shown in every release file.

A domain declares them in `python_models/<domain>/released_tables.yml`. Their rows are there the
moment they are written, outlive any build, and are shown as of now whichever release is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.release.journal_copy import Comments, copy_from_journal

FOLDER = PROJECT_ROOT / "python_models"
# what a column may be -> how SQLite holds it
_KEPT_AS = {
    "varchar": "text",
    "bigint": "integer",
    "double": "real",
    "boolean": "integer",
    "timestamp": "text",
    "date": "text",
}


class Undeclared(ValueError):
    """A table or column that no `released_tables.yml` declares, or one declared wrongly."""


@dataclass(frozen=True)
class KeptTable:
    """One declared table; `columns` are {name: DuckDB type}, `sentences` what they say."""

    domain: str
    name: str
    description: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    sentences: Mapping[str, str]

    @property
    def journal_name(self) -> str:
        """Name of the table in the journal."""
        return f"kept_{self.domain}_{self.name}"


def declared() -> dict[tuple[str, str], KeptTable]:
    """Return every declared table by domain and name.

    Raises:
        Undeclared: a declaration has a column of an unknown type or a key that is no column.
    """
    import yaml

    found: dict[tuple[str, str], KeptTable] = {}
    for path in sorted(FOLDER.glob("*/released_tables.yml")):
        if path.parent.name == "release":
            continue  # its tables are queries over the journal, see ops_tables
        said = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for name, text in said.items():
            found[path.parent.name, name] = _table(path.parent.name, name, text)
    return found


def keep(domain: str, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows, each over the one that has the same key; readers see them at the next refresh.

    Raises:
        Undeclared: the table or one of the columns is not declared.
    """
    table = _known(domain, name)
    filled = []
    for row in rows:
        if unknown := sorted(set(row) - set(table.columns)):
            raise Undeclared(f"{domain}.{name} declares no column {', '.join(unknown)}")
        if missing := [column for column in table.key if row.get(column) is None]:
            raise Undeclared(f"{domain}.{name}: a row has no {', '.join(missing)}")
        filled.append({column: _plain(row.get(column)) for column in table.columns})
    _prepare(table)
    journal.put(table.journal_name, filled)


def rows_of(domain: str, name: str) -> list[dict[str, Any]]:
    """Return the rows that were kept, instants and dates as ISO text."""
    table = _known(domain, name)
    _prepare(table)
    return journal.rows(f"select {', '.join(table.columns)} from {table.journal_name}")


def show(target: duckdb.DuckDBPyConnection, comments: Comments) -> None:
    """Create every declared table in an open release file, empty ones too."""
    for table in declared().values():
        _prepare(table)
        # 0 and 1 of the journal are no JSON booleans
        read_as = {
            column: "bigint" if kind == "boolean" else kind
            for column, kind in table.columns.items()
        }
        with TemporaryDirectory() as folder:
            copy_from_journal(target, table.journal_name, read_as, Path(folder))
        relation = f"{identifier(table.domain)}.{identifier(table.name)}"
        casts = ", ".join(
            f"cast({identifier(column)} as {kind}) as {identifier(column)}"
            for column, kind in table.columns.items()
        )
        order = ", ".join(identifier(column) for column in table.key)
        target.execute(f"create schema if not exists {identifier(table.domain)}")
        target.execute(
            f"create table {relation} as select {casts}"
            f" from journal_{table.journal_name} order by {order}"
        )
        comments.add("table", relation, table.description, table.sentences)


def _table(domain: str, name: str, text: Mapping[str, Any]) -> KeptTable:
    columns = {column: about["type"] for column, about in text["columns"].items()}
    if wrong := {column: kind for column, kind in columns.items() if kind not in _KEPT_AS}:
        raise Undeclared(f"{domain}.{name}: {wrong} is none of {', '.join(_KEPT_AS)}")
    if not text["key"] or not set(text["key"]) <= set(columns):
        raise Undeclared(f"{domain}.{name}: its key has to be some of its columns")
    sentences = {column: about["description"] for column, about in text["columns"].items()}
    return KeptTable(domain, name, text["description"], tuple(text["key"]), columns, sentences)


def _known(domain: str, name: str) -> KeptTable:
    table = declared().get((domain, name))
    if table is None:
        raise Undeclared(f"python_models/{domain}/released_tables.yml declares no table {name!r}")
    return table


def _prepare(table: KeptTable) -> None:
    """Make the table, or the columns that were declared since it was made."""
    kinds = {column: _KEPT_AS[kind] for column, kind in table.columns.items()}
    with journal.journal() as connection:
        body = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
        connection.execute(
            f"create table if not exists {table.journal_name}"
            f" ({body}, primary key ({', '.join(table.key)}))"
        )
        known = connection.execute(
            f"select name from pragma_table_info({literal(table.journal_name)})"
        ).fetchall()
        for column in sorted(set(kinds) - {row["name"] for row in known}):
            connection.execute(
                f"alter table {table.journal_name} add column {column} {kinds[column]}"
            )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
