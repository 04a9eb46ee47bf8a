"""What the last build worked out and holds still: found again by a hash of all it comes from.

A model hands out its rows with a hash of their inputs, and finds those of the last build in its own
table. A result is reused only where the rows it rests on, our code and the pinned packages are the
same; a full refresh reuses nothing.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT

HASH = "inputs_hash"  # column of a table whose rows can be reused
_ENDINGS = (".py", ".jinja", ".yml")


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


def is_full_refresh() -> bool:
    """Say whether dbt was asked to build anew; outside of dbt nobody asks that."""
    flags = sys.modules.get("dbt.flags")
    return bool(flags and getattr(flags.get_flags(), "FULL_REFRESH", False))


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


@lru_cache
def code_hash(product: str) -> str:
    """Return one hash over all that turns a product's rows into results, pinned packages too."""
    folders = (f"python_models/{product}", "python_models/llm")
    paths = [path for part in folders for path in (PROJECT_ROOT / part).rglob("*")]
    paths.append(PROJECT_ROOT / "python_models/release/reuse.py")
    digest = hashlib.sha256((PROJECT_ROOT / "requirements.lock").read_bytes())
    for path in sorted(path for path in paths if path.suffix in _ENDINGS):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
