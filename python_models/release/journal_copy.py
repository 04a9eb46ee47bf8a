"""Brings rows of the journal into a release file, and puts words to what it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb

from ingestion.lakehouse import journal
from ingestion.lakehouse.sql_text import identifier, literal


def copy_from_journal(
    target: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], folder: Path
) -> None:
    """Make one journal table visible as `journal_<table>`, empty when nobody wrote it yet.

    Its rows are in the order they were written, which `rowid` then tells: clocks go back.
    By way of a file: handing rows over in memory would make duckdb import pandas.

    Args:
        target: connection to the file that is being written.
        table: name in the journal.
        columns: {column: DuckDB type it is read as}.
        folder: where the file may lie meanwhile.
    """
    known = journal.rows("select 1 from sqlite_master where name = ?", (table,))
    found = (
        journal.rows(f"select {', '.join(columns)} from {table} order by rowid") if known else []
    )
    path = folder / f"{table}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in found), encoding="utf-8")
    kinds = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    target.execute(
        f"create temp table journal_{table} as select * from read_json({literal(str(path))},"
        f" format = 'newline_delimited', columns = {{{kinds}}})"
    )


class Comments:
    """Descriptions of what a release file holds: thousands, which are written in one go."""

    def __init__(self) -> None:
        self._statements: list[str] = []

    def add(self, kind: str, relation: str, text: str, columns: Mapping[str, str]) -> None:
        """Take down what a table or view is, and its columns."""
        self._statements.append(f"comment on {kind} {relation} is {literal(text)}")
        self._statements += [
            f"comment on column {relation}.{identifier(column)} is {literal(sentence)}"
            for column, sentence in columns.items()
        ]

    def add_view(self, schema: str, name: str, words: Mapping[str, str]) -> None:
        """Take down what a view is (under the empty name), and its columns."""
        columns = {column: text for column, text in words.items() if column}
        relation = f"{identifier(schema)}.{identifier(name)}"
        self.add("view", relation, words.get("", ""), columns)

    def write(self, target: duckdb.DuckDBPyConnection) -> None:
        """Put them onto what they are of, as one script in one transaction."""
        target.execute(";\n".join(["begin", *self._statements, "commit"]))
        self._statements.clear()
