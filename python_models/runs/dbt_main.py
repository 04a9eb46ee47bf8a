"""`dbt`, for a lake in whatever folder: `python -m python_models.runs.dbt_main build ...`.

dbt-duckdb takes the path of its database for a web address, and its name for what comes before a
`#`. Typed by hand, `dbt` itself still does, and is told so where that matters.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.cli.main import cli

_named = DuckDBCredentials.path_derived_database_name
_told_of_connection = DuckDBCredentials._connection_keys


def name_of(path: Any) -> str:
    """Return the name DuckDB gives a database file; others are named by dbt-duckdb."""
    text = str(path)
    return _named(text.rpartition("/")[2] if text.startswith(("/", ".")) else path)


def keys_but_path(credentials: DuckDBCredentials) -> tuple[str, ...]:
    """Return what dbt tells of a connection, and parses everything anew for when it changes.

    No model's text depends on the folder the lake is in: a build in a copy need not be parsed.
    """
    return tuple(key for key in _told_of_connection(credentials) if key != "path")


def main() -> None:
    """Run dbt on the arguments of this process."""
    # a class method there; ours needs no class
    DuckDBCredentials.path_derived_database_name = staticmethod(name_of)  # type: ignore[method-assign]
    DuckDBCredentials._connection_keys = keys_but_path  # type: ignore[method-assign]
    cli()


if __name__ == "__main__":
    main()
