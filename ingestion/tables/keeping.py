"""Rows of a delivered file between two passes over them: where they are kept meanwhile."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.tables.staged import quoted

# of the text that is staged: two such files at once stay far below the reading process's memory
IN_MEMORY_BYTES = 64 * 1024 * 1024
_FORM = "(format parquet, compression lz4_raw)"


def keep(con: duckdb.DuckDBPyConnection, query: str, target: Path, byte_count: int) -> str:
    """Write a query's rows down and return the relation they are read from.

    Rows of a small file stay in DuckDB's memory, which takes a third of the time of a file;
    those of a file of any size go to `target`.
    """
    if byte_count > IN_MEMORY_BYTES:
        con.execute(f"copy ({query}) to {quoted(str(target))} {_FORM}")
        return f"read_parquet({quoted(str(target))})"
    con.execute(f"create or replace temp table {target.stem} as {query}")
    return target.stem


def keep_in_order(con: duckdb.DuckDBPyConnection, query: str, target: Path, byte_count: int) -> str:
    """Do as `keep` does; the relation has each row's number, from 1, as `r`."""
    kept = keep(con, query, target, byte_count)
    if kept == target.stem:
        return f"(select *, rowid + 1 as r from {kept})"
    return (
        f"(select * exclude (file_row_number), file_row_number + 1 as r "
        f"from read_parquet({quoted(str(target))}, file_row_number = true))"
    )
