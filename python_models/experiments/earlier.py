"""What the last build worked out and holds still: found again by a hash of all it comes from.

A result is taken over only where the rows it rests on, our code and the pinned packages are the
same; a full refresh takes nothing over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release.own_table import own_table

HASH = "inputs_hash"
_CODE = ("python_models/experiments", "python_models/llm")
_ENDINGS = (".py", ".jinja", ".yml")


def earlier(session: duckdb.DuckDBPyConnection, table: Any) -> duckdb.DuckDBPyRelation | None:
    """Return a model's own table as the last build left it, or none to take over from.

    Args:
        session: dbt's DuckDB connection.
        table: the model's `dbt.this`; none while it is only estimated.
    """
    found = own_table(session, table)
    # or one an older version made
    return found if found is not None and HASH in found.columns else None


def taken_over(wanted: Any, before: Any) -> tuple[pa.Table | None, Any]:
    """Return the earlier rows that still hold, and what of `wanted` is left to be worked out.

    Args:
        wanted: a DuckDB relation with `gen_id` and the hash of what each result comes from.
        before: the rows of the last build, or none.
    """
    if before is None:
        return None, wanted
    wanted, before = wanted.set_alias("wanted"), before.set_alias("earlier")
    same = f"wanted.gen_id = earlier.gen_id and wanted.{HASH} = earlier.{HASH}"
    kept = before.join(wanted, same, how="semi").to_arrow_table()
    if kept.num_rows == wanted.count("*").fetchone()[0]:  # no need to hash all once more
        return kept, wanted.limit(0)
    return kept, wanted.join(before, same, how="anti")


def hash_of(columns: Iterable[str]) -> str:
    """Return the SQL that hashes a row's columns together with the code that reads them."""
    told = [f"coalesce(cast({column} as varchar), chr(30))" for column in columns]
    return f"md5(concat_ws(chr(31), '{code_hash()}', {', '.join(told)}))"


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Return one hash over all that turns rows into results here, pinned packages included."""
    paths = [path for part in _CODE for path in (PROJECT_ROOT / part).rglob("*")]
    digest = hashlib.sha256((PROJECT_ROOT / "requirements.lock").read_bytes())
    for path in sorted(path for path in paths if path.suffix in _ENDINGS):
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
