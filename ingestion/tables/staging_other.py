"""Stage Parquet files; see `staging` for what staging means."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.staged import (
    NUMBER_TYPES,
    Column,
    Staged,
    Wanted,
    check_header,
    count_rows,
    numeric_by_sample,
    quoted,
)
from ingestion.tables.survey import blame

UNPACKED = 8  # how much larger the rows of a Parquet file are as text, at most as a rule


def stage_parquet(
    con: duckdb.DuckDBPyConnection, paths: list[Path], wanted: Wanted, before: tuple[int, ...] = ()
) -> Staged:
    """Read a Parquet file, or several of one schema, in place; columns are addressed by position,
    not by name. Of several, so many rows stand `before` those of each.

    Raises:
        Unreadable: it is no Parquet file, or damaged, or lacks a declared column.
    """
    path, files = paths[0], f"[{', '.join(quoted(str(one)) for one in paths)}]"
    try:
        schema = f"parquet_schema({quoted(str(path))})"
        tree = con.execute(f"select name, num_children from {schema}").fetchall()
        described = con.execute(f"describe from read_parquet({files})").fetchall()
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    names, kinds = _top_level(tree), [str(row[1]) for row in described]
    if len(names) != len(kinds):
        raise Unreadable("corrupt_parquet", "the file's schema cannot be read")
    check_header([name.strip() for name in names], wanted)
    idents = [f"c{index}" for index in range(len(names))]
    relation = _numbered(files, ", ".join(idents), before)
    texts = [
        ident
        for name, ident, kind in zip(names, idents, kinds, strict=True)
        if kind == "VARCHAR" and not wanted.is_mapped(name.strip())
    ]
    try:
        sampled = numeric_by_sample(con, relation, texts, wanted.dialect)
        row_count = count_rows(con, f"read_parquet({files})")
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    numeric = dict(zip(texts, sampled, strict=True))
    columns = [
        Column(name.strip(), ident, kind, numeric.get(ident, _is_number(kind)))
        for name, ident, kind in zip(names, idents, kinds, strict=True)
    ]
    return Staged(relation, columns, row_count, UNPACKED * sum(one.stat().st_size for one in paths))


def _numbered(files: str, idents: str, before: tuple[int, ...]) -> str:
    """Return the rows of files with their numbers, and the place of each row's among several."""
    rows = f"read_parquet({files}, file_row_number = true)"
    if not before:
        return f"(select {idents}, r + 1 as r from {rows} as t({idents}, r))"
    return (
        f"(select {idents}, r + 1 + list_extract({list(before)}, place) as r, place from "
        f"(select *, file_index::bigint + 1 as place from {rows}) as t({idents}, r, place))"
    )


def parquet_shape(
    con: duckdb.DuckDBPyConnection, path: Path
) -> tuple[tuple[tuple[object, ...], ...], int]:
    """Return the schema of a Parquet file, and its rows."""
    file = quoted(str(path))
    schema = con.execute(f"select * exclude (file_name) from parquet_schema({file})").fetchall()
    counted = con.execute(f"select num_rows from parquet_file_metadata({file})").fetchall()
    return tuple(schema), counted[0][0]


def _top_level(tree: list[tuple[str, int | None]]) -> list[str]:
    """Return the names of the columns from the schema, which lists nested fields in between."""
    names: list[str] = []
    position = 1

    def skip(at: int) -> int:
        children = tree[at][1] or 0
        at += 1
        for _ in range(children):
            at = skip(at)
        return at

    while position < len(tree):
        names.append(tree[position][0])
        position = skip(position)
    return names


def _is_number(kind: str) -> bool:
    return kind in NUMBER_TYPES or kind.startswith("DECIMAL")
