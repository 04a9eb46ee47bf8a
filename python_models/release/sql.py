"""SQL on the release for a person or a script: `make sql`, `make sql Q="select ..." FORMAT=csv`.

Formats: table, csv, json, md (a table in Markdown), parquet, and arrow (an IPC stream).

The release is opened read-only and only SELECT statements run. DuckDB's own shell is not used:
however it is locked, COPY could still write into the folders of the released tables.
"""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import grid_lines, is_number, width
from ingestion.lakehouse.settings import told
from ingestion.lakehouse.sql_text import literal
from python_models.release.reader import (
    NothingReleased,
    StatementRefused,
    only_select,
    open_release,
    release_path,
)

_ROWS_SHOWN = 20
BATCH_ROWS = 100_000
_HELP = """Type SELECT statements ending with ; and press enter.
  .tables          released tables        .describe NAME   columns of a table
  .help            this text              .quit            leave (or Ctrl-D)
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one query, or a shell when none is given; returns the exit code."""
    parser = Arguments(prog="python -m python_models.release.sql", description=__doc__)
    parser.add_argument("--query", "-q", help="a SELECT statement")
    parser.add_argument("--format", "-f", choices=("table", *WRITERS), default="table")
    options = parser.parse_args(arguments)
    try:
        if options.query is None:
            return shell()
        with open_release() as connection:
            show(connection, options.query, options.format)
    except (NothingReleased, StatementRefused, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def show(connection: duckdb.DuckDBPyConnection, query: str, form: str = "table") -> None:
    """Run one SELECT and write its rows to standard output."""
    with connection.cursor() as cursor:
        cursor.execute(only_select(cursor, query))
        names = [column[0] for column in cursor.description or []]
        WRITERS.get(form, _write_table)(cursor, names)


def _write_csv(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")  # for shells, as other tools write it
    writer.writerow(names)
    while batch := cursor.fetchmany(10_000):
        writer.writerows(batch)


def _write_json(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    sys.stdout.write("[")
    is_first = True
    while batch := cursor.fetchmany(10_000):
        for row in batch:
            text = json.dumps(dict(zip(names, row, strict=True)), default=str, ensure_ascii=False)
            sys.stdout.write(("\n  " if is_first else ",\n  ") + text)
            is_first = False
    sys.stdout.write("]\n" if is_first else "\n]\n")


def _write_markdown(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    lines: Sequence[Sequence[Any]] = [names, ["---"] * len(names)]
    while lines:
        for line in lines:
            cells = [" ".join(_cell(value).split()).replace("|", r"\|") for value in line]
            sys.stdout.write(f"| {' | '.join(cells)} |\n")
        lines = cursor.fetchmany(10_000)


def _write_parquet(cursor: duckdb.DuckDBPyConnection, _: list[str]) -> None:
    _refuse_terminal("parquet")
    batches = cursor.to_arrow_reader(BATCH_ROWS)
    with parquet.ParquetWriter(sys.stdout.buffer, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_arrow(cursor: duckdb.DuckDBPyConnection, _: list[str]) -> None:
    _refuse_terminal("arrow")
    batches = cursor.to_arrow_reader(BATCH_ROWS)
    with pa.ipc.new_stream(sys.stdout.buffer, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _refuse_terminal(form: str) -> None:
    if sys.stdout.isatty():
        raise StatementRefused(f"FORMAT={form} is no text: write it to a file, `> rows.{form}`.")


def _write_table(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    rows = cursor.fetchmany(_ROWS_SHOWN)
    if not rows:
        sys.stdout.write(f"No row of {', '.join(names)}.\n")
        return
    cells = [[_cell(value) for value in row] for row in rows]
    numbers = [all(map(is_number, column)) for column in zip(*rows, strict=True)]
    sys.stdout.write("\n".join(grid_lines(names, cells, numbers, width())) + "\n")
    if left := _count(cursor):
        sys.stdout.write(f"{left:,} more rows; FORMAT=csv gives all of them.\n")


def _count(cursor: duckdb.DuckDBPyConnection) -> int:
    count = 0
    while batch := cursor.fetchmany(100_000):
        count += len(batch)
    return count


def _cell(value: Any) -> str:
    """Return a value as it is: what is asked for may be an id, or is reckoned with."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


WRITERS: dict[str, Callable[[duckdb.DuckDBPyConnection, list[str]], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "md": _write_markdown,
    "parquet": _write_parquet,
    "arrow": _write_arrow,
}


def shell() -> int:
    """Open an interactive shell on the release: one SELECT after the other."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  line editing and history for input()
    with open_release() as connection:
        sys.stdout.write(f"{release_path().name}, read-only. .help for help.\n")
        while (statement := _read_statement()) is not None:
            try:
                _answer(connection, statement)
            except (StatementRefused, duckdb.Error) as error:
                sys.stdout.write(f"{error}\n")
    return 0


def _read_statement() -> str | None:
    lines: list[str] = []
    while True:
        try:
            line = input("sluice> " if not lines else "   ...> ")
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return None
        if not lines and line.strip() in (".quit", ".exit"):
            return None
        lines.append(line)
        text = "\n".join(lines).strip()
        if not text or text.startswith(".") or text.endswith(";"):
            return text


def _answer(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    word, _, rest = statement.partition(" ")
    if not statement:
        return
    if word == ".help":
        sys.stdout.write(_HELP)
    elif word == ".tables":
        show(
            connection,
            "select schema_name || '.' || view_name as name, comment from duckdb_views()"
            " where not internal union all select schema_name || '.' || table_name, comment"
            " from duckdb_tables() order by name",
        )
    elif word == ".describe":
        schema, _, name = rest.strip().rpartition(".")
        columns = (
            "select column_name, data_type, comment from duckdb_columns()"
            " where table_name = {} and ({} = '' or schema_name = {})"
        )
        quoted = [literal(text) for text in (name, schema, schema)]
        show(connection, columns.format(*quoted))
    else:
        show(connection, statement)


if __name__ == "__main__":
    raise SystemExit(told(main))
