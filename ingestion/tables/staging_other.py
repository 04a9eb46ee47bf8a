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
    con: duckdb.DuckDBPyConnection, path: Path, wanted: Wanted, scratch: Path, job: str
) -> Staged:
    """Read a Parquet file in place; its columns are addressed by position, not by name.

    Raises:
        Unreadable: it is no Parquet file, or damaged, or lacks a declared column.
    """
    file = quoted(str(path))
    try:
        tree = con.execute(f"select name, num_children from parquet_schema({file})").fetchall()
        kinds = [
            str(row[1]) for row in con.execute(f"describe from read_parquet({file})").fetchall()
        ]
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    names = _top_level(tree)
    if len(names) != len(kinds):
        raise Unreadable("corrupt_parquet", "the file's schema cannot be read")
    check_header([name.strip() for name in names], wanted)
    idents = [f"c{index}" for index in range(len(names))]
    relation = (
        f"(select {', '.join(idents)}, r + 1 as r "
        f"from read_parquet({file}, file_row_number = true) as t({', '.join(idents)}, r))"
    )
    texts = [ident for ident, kind in zip(idents, kinds, strict=True) if kind == "VARCHAR"]
    try:
        sampled = numeric_by_sample(con, relation, texts, wanted.dialect)
        row_count = count_rows(con, f"read_parquet({file})")
    except duckdb.Error as error:
        raise blame(error, path, "corrupt_parquet") from None
    numeric = dict(zip(texts, sampled, strict=True))
    columns = [
        Column(name.strip(), ident, kind, numeric.get(ident, _is_number(kind)))
        for name, ident, kind in zip(names, idents, kinds, strict=True)
    ]
    return Staged(relation, columns, row_count, UNPACKED * path.stat().st_size)


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
