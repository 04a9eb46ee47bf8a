"""What the last build worked out and holds still: found again by a hash of all it comes from.

A model hands out its rows with a hash of their inputs, and finds those of the last build in its own
table. A result is reused only where the rows it rests on, our code and the pinned packages are the
same; a full refresh reuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.code_state import HASH, code_hash, is_full_refresh


def last_build(session: duckdb.DuckDBPyConnection, table: Any) -> duckdb.DuckDBPyRelation | None:
    """Return a model's own table before this build replaces it, or none to reuse.

    There is none the first time, none in a full refresh, and none in a table that an older version
    made without hashes.

    Args:
        session: dbt's DuckDB connection.
        table: the model's `dbt.this`; none while it is only estimated.
    """
    if table is None or is_full_refresh():
        return None
    try:
        found = session.sql(f"select * from {table}")
    except duckdb.CatalogException:  # the first time
        return None
    return found if HASH in found.columns else None


def reusable_rows(wanted: Any, before: Any) -> tuple[pa.Table | None, Any]:
    """Return the rows of the last build that still hold, and what of `wanted` is left to do.

    Args:
        wanted: a DuckDB relation with `gen_id` and the hash of what each result comes from.
        before: the rows of the last build, or none.
    """
    if before is None:
        return None, wanted
    wanted, before = wanted.set_alias("wanted"), before.set_alias("before")
    same = f"wanted.gen_id = before.gen_id and wanted.{HASH} = before.{HASH}"
    reused = before.join(wanted, same, how="semi").to_arrow_table()
    if reused.num_rows == wanted.count("*").fetchone()[0]:  # no need to hash all once more
        return reused, wanted.limit(0)
    return reused, wanted.join(before, same, how="anti")


def hash_of(columns: Iterable[str], product: str) -> str:
    """Return the SQL that hashes a row's columns together with the code that reads them."""
    texts = [f"coalesce(cast({column} as varchar), chr(30))" for column in columns]
    return f"md5(concat_ws(chr(31), '{code_hash(product)}', {', '.join(texts)}))"
