"""Macros of a release file: `dbt_project/release_macros/<product>/*.sql`, for readers in SQL.

A macro is bound to the tables it reads when it is made. One whose tables a release does not have
(an older one that readers went back to, a product that was not built yet) is left out of its file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingestion.lakehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dbt_project" / "release_macros"
LOG = logging.getLogger(__name__)


def create_macros(target: duckdb.DuckDBPyConnection, folder: Path = FOLDER) -> list[str]:
    """Make all macros that can be made; return the names of the files of those that can't.

    Raises:
        duckdb.ParserException: a file is not SQL.
    """
    left = sorted(folder.glob("*/*.sql"))
    while left:
        again = [path for path in left if not _is_made(target, path)]
        if len(again) == len(left):  # one may need another, whatever their names
            break
        left = again
    for path in left:
        LOG.info("this release is without the macro %s", path.stem)
    return [path.stem for path in left]


def _is_made(target: duckdb.DuckDBPyConnection, path: Path) -> bool:
    try:
        target.execute(path.read_text(encoding="utf-8"))
    except (duckdb.CatalogException, duckdb.BinderException):
        return False
    return True


def macro_names(target: duckdb.DuckDBPyConnection) -> Iterable[str]:
    """Return `<schema>.<macro>` of a release."""
    rows = target.execute(
        "select distinct schema_name || '.' || function_name from duckdb_functions()"
        " where not internal and function_type in ('macro', 'table_macro') order by 1"
    )
    return [row[0] for row in rows.fetchall()]
