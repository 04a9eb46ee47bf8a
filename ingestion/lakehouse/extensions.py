"""DuckDB's extensions, installed as wheels, and the object store's credentials for a connection."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ingestion.lakehouse.lake import s3_properties, uses_object_store
from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.sql_text import literal

if TYPE_CHECKING:
    import duckdb

DuckDBConfig: TypeAlias = dict[str, str | bool | int | float | list[str]]
# a connection opened with this takes unsigned extensions until `load_extensions` is through
UNCHECKED: DuckDBConfig = {"allow_unsigned_extensions": True}


def extension_path(name: str) -> Path:
    """Return the file of a DuckDB extension that was installed as a wheel.

    Raises:
        SettingsError: the wheel is not installed; names it.
    """
    found = find_spec(f"duckdb_extension_{name}")
    folders = list(found.submodule_search_locations or []) if found else []
    for folder in folders:
        for path in sorted(Path(folder).glob(f"extensions/*/{name}.duckdb_extension")):
            return path
    raise SettingsError(
        f"The DuckDB extension `{name}` is not installed: run `make setup` "
        f"(package duckdb-extension-{name}, same version as duckdb)."
    )


def connect_duckdb(
    database: Path | str = ":memory:",
    *,
    read_only: bool = False,
    config: DuckDBConfig | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB database that reads Iceberg: `load_extensions` has been called.

    DuckDB hashes the 60 MB of the extensions each time they are loaded to check their signatures,
    0.3 s of CPU in which nothing else is done. They are files of wheels that were installed by
    their hashes, so they alone are loaded unchecked: afterwards no unsigned extension is, and what
    is typed cannot change that.

    Args:
        database: path of a database file, else one in memory.
        read_only: as `duckdb.connect` has it.
        config: further options of DuckDB that can only be given when a database is opened.
    """
    import duckdb

    options = (config or {}) | UNCHECKED
    connection = duckdb.connect(str(database), read_only=read_only, config=options)
    try:
        load_extensions(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load what reads Iceberg into a DuckDB connection, with the object store's credentials."""
    for name in ("avro", "httpfs", "iceberg"):
        connection.execute(f"load {literal(str(extension_path(name)))}")
    connection.execute("set allow_unsigned_extensions = false")
    if uses_object_store():
        connection.execute(s3_secret_sql())


def s3_secret_sql() -> str:
    """Return the DuckDB statement that gives a connection the object store's credentials."""
    properties = s3_properties()
    parts = ["type s3", f"region '{properties.get('s3.region', 'us-east-1')}'"]
    if endpoint := properties.get("s3.endpoint"):
        scheme, _, host = endpoint.partition("://")
        parts += [
            f"endpoint '{host}'",
            "url_style 'path'",
            f"use_ssl {'true' if scheme == 'https' else 'false'}",
        ]
    for option, name in (("key_id", "s3.access-key-id"), ("secret", "s3.secret-access-key")):
        if value := properties.get(name):
            parts.append(f"{option} {literal(value)}")
    return f"create or replace secret sluice_s3 ({', '.join(parts)})"
