"""`dbt`, for a lake in whatever folder: `python -m python_models.runs.dbt_main build ...`.

dbt-duckdb takes the path of its database for a web address, and its name for what comes before a
`#`. Typed by hand, `dbt` itself still does, and is told so where that matters.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.cli.main import cli

_named = DuckDBCredentials.path_derived_database_name


def name_of(path: Any) -> str:
    """Return the name DuckDB gives a database file; others are named by dbt-duckdb."""
    text = str(path)
    return _named(text.rpartition("/")[2] if text.startswith(("/", ".")) else path)


def main() -> None:
    """Run dbt on the arguments of this process."""
    # a class method there; ours needs no class
    DuckDBCredentials.path_derived_database_name = staticmethod(name_of)  # type: ignore[method-assign]
    cli()


if __name__ == "__main__":
    main()
