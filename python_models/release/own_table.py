"""A model's own table as the last build left it: what need not be worked out again."""

from __future__ import annotations

from typing import Any

import duckdb


def own_table(session: duckdb.DuckDBPyConnection, table: Any) -> duckdb.DuckDBPyRelation | None:
    """Return a model's table before this build replaces it, or none to go by.

    There is none the first time, and none in a full refresh, which takes nothing over.

    Args:
        session: dbt's DuckDB connection.
        table: the model's `dbt.this`; none while it is only estimated.
    """
    if table is None:
        return None
    from dbt.flags import get_flags

    if getattr(get_flags(), "FULL_REFRESH", False):
        return None
    try:
        return session.sql(f"select * from {table}")
    except duckdb.CatalogException:  # the first time
        return None
