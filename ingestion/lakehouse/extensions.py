"""DuckDB's extensions, installed as wheels, and the object store's credentials for a connection."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.sql_text import literal

if TYPE_CHECKING:
    import duckdb
from ingestion.lakehouse.lake import s3_properties, uses_object_store

# `make setup` holds the wheels against the hashes of the lock: that DuckDB verifies the signatures
# of 84 MB again would cost every session half a second of CPU. A session that takes a person's SQL
# goes without this, and `make doctor` verifies them.
UNVERIFIED: Final = {"allow_unsigned_extensions": True}


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


def iceberg_session(
    database: Path | str = ":memory:",
    *,
    read_only: bool = False,
    config: dict[str, Any] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with what reads Iceberg, for SQL of the project's own; see `UNVERIFIED`."""
    import duckdb

    known = {**(config or {}), **UNVERIFIED}
    session = duckdb.connect(str(database), read_only=read_only, config=known)
    load_extensions(session)
    return session


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load what reads Iceberg into a DuckDB connection, with the object store's credentials."""
    for name in ("avro", "httpfs", "iceberg"):
        connection.execute(f"load {literal(str(extension_path(name)))}")
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
